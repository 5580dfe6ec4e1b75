"""The endpoint as its page describes it, on FastAPI with its defaults: an independent conforming server."""

import os
import secrets
import uuid
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Optional

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

KEY = os.environ["BENCH_KEY"]
WORKFLOW = os.environ["BENCH_WORKFLOW"]

app = FastAPI()
runs: dict[str, dict[str, Any]] = {}


class Command(str, Enum):
    start = "start"
    data = "data"
    resume = "resume"
    pause = "pause"
    stop = "stop"


STATUS_AFTER = {
    Command.start: "waiting_for_user_input",
    Command.data: "waiting_for_user_input",
    Command.resume: "waiting_for_user_input",
    Command.pause: "paused",
    Command.stop: "cancelled",
}


class WorkflowRunInput(BaseModel):
    dynamic_variables: dict[str, Any] = {}
    runtime_variables: dict[str, Any] = {}
    miscellaneous: dict[str, Any] = {}
    command: Command = Command.start
    workflow_id: Optional[str] = Field(None, min_length=24, max_length=24)
    workflow_run_id: Optional[str] = Field(None, min_length=24, max_length=24)
    thread_to_node_inputs: dict[str, Any] = {}


def authorized(given: HTTPAuthorizationCredentials = Depends(HTTPBearer())) -> None:
    if not secrets.compare_digest(given.credentials.encode(), KEY.encode()):
        raise HTTPException(401, "Invalid key", headers={"WWW-Authenticate": "Bearer"})


def now() -> str:
    return datetime.now(timezone.utc).isoformat()


def begun(workflow_id: Optional[str]) -> dict[str, Any]:
    if workflow_id != WORKFLOW:
        raise HTTPException(404, "Workflow not found")
    run_id, moment = secrets.token_hex(12), now()
    run = {
        "logical_id": f"workflow_run_{uuid.uuid4()}",
        "workflow_id": workflow_id,
        "status": "not_started",
        "input_output_pairs": [],
        "comments": [],
    }
    owner = {"team_id": "team", "created_by": "user", "updated_by": "user"}
    runs[run_id] = {**owner, "created_at": moment, "updated_at": moment, "_id": run_id, "workflow_run": run}
    return runs[run_id]


def found(run_id: Optional[str]) -> dict[str, Any]:
    if run_id is None:
        raise HTTPException(400, "workflow_run_id is needed for this command")
    if run_id not in runs:
        raise HTTPException(404, "Run not found")
    return runs[run_id]


@app.post("/workflows/v1/workflow-runs", dependencies=[Depends(authorized)])
def start_or_resume(body: WorkflowRunInput) -> dict[str, Any]:
    is_new = body.command is Command.start and body.workflow_run_id is None
    model = begun(body.workflow_id) if is_new else found(body.workflow_run_id)
    run = model["workflow_run"]
    if run["status"] == "cancelled":
        raise HTTPException(409, "The run has ended")
    run["status"] = STATUS_AFTER[body.command]
    output = {"events": [], "thread_to_node_outputs": {}}
    run["input_output_pairs"].append({"run_input": body.model_dump(mode="json"), "run_output": output})
    model["updated_at"] = now()
    return {"workflow_run": model}
