"""HTTP: the one way out of the program, under every REST call that is not AWS' own.

A client stands on it in four steps:

1. It holds one `session.Session`, made of the `session.Bounds` it wants: silence, connections,
   largest answer. The session opens with the first request; `close` ends it. Redirects are never
   followed, answers are unpacked in steps, the proxy is the environment's, and every request bears
   the same User-Agent.
2. It writes one try: a coroutine that sends a `session.Request` (signed as its API wants it), and
   returns what the `session.Answer` holds, or raises. `Session.send` raises Unreachable and
   Malformed by itself; a status that is no success becomes an error by `status.error_kind`, with
   the additions of its API, and its own words and hints.
3. Where another try may help (`status.may_pass`), it raises `retry.Again` around that error, with
   the seconds the answer asks to wait (`retry.seconds_asked`). `retry.persistent` makes the tries.
4. It names the error: provider, account, operation.

    async def fetch(self, call):
        return await persistent(lambda: self._try(call), PATIENCE)

    async def _try(self, call):
        answer = await again_if_unreachable(self._session.send(Request(call.url, headers=...)))
        if answer.status == 200:
            return answer.body
        error = error_kind(answer.status)(f"status {answer.status}")
        if may_pass(answer.status):
            raise Again(error, seconds_asked(answer.headers))
        raise error

Who reads a Prometheus leaves the steps after the first to `prometheus.ask`.

botocore has its own sessions and retries: AWS takes only the User-Agent and the reader of bodies.
"""
