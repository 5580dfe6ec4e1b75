import type {
  SchemaWorkflowRunAnswer,
  SchemaWorkflowRunDocument,
} from '../openapi/generated/workflow-runs.ts';
import type { Pipeline, Scene } from './hooks.ts';
import { timestamp } from './ids.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** The response that shows a run, after every hook had its say. */
export function showRun(run: Run, pipeline: Pipeline, scene: Scene): unknown {
  const shown = { ...scene, run };
  const { workflow_run, ...document } = documentOf(run, scene.store);
  const { input_output_pairs, ...state } = workflow_run;
  const pairs = input_output_pairs.map((pair) => pipeline.pair({ ...pair }, shown));
  const inner = pipeline.state({ ...state, input_output_pairs: pairs }, shown);
  return pipeline.body(
    { workflow_run: pipeline.document({ ...document, workflow_run: inner }, shown) },
    shown,
  );
}

/** A run's document as a list shows it, and as the conforming response holds it. */
export function documentOf(run: Run, store: Store): Complete {
  return {
    team_id: store.teamId,
    created_by: store.userId,
    updated_by: store.userId,
    created_at: timestamp(run.createdUs),
    updated_at: timestamp(run.updatedUs),
    _id: run.id,
    workflow_run: {
      logical_id: run.logicalId,
      workflow_id: run.workflowId,
      status: run.status,
      input_output_pairs: run.pairs,
      comments: run.comments,
    },
  };
}

type ResponseModel = SchemaWorkflowRunAnswer['workflow_run'];
type State = Required<NonNullable<SchemaWorkflowRunDocument['workflow_run']>>;
type Complete = Required<Omit<ResponseModel, 'workflow_run'>> & { readonly workflow_run: State };
