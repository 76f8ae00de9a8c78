/** The page at `/` as long as no portal has been built. */
export const LANDING_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>svclab</title>
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>svclab</h1>
<p>The server is running. The portal has not been built; this is what there is:</p>
<ul>
<li><a href="/api/docs">API: try it in the browser</a></li>
<li><a href="/api/openapi.json">OpenAPI document</a></li>
<li><a href="/metrics">Metrics</a>, <a href="/healthz">health</a>, <a href="/readyz">readiness</a></li>
</ul>
</html>
`;
