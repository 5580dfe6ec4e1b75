wrk.method = "POST"
wrk.body = "bench"
wrk.headers["Content-Type"] = "application/json"
