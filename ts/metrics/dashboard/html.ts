// The dashboard's page. What it shows is put in by `page/main.ts`.

import { pageScript } from "./modules.ts"

export const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>aerospike-wasm</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/dashboard.css">
<script type="module" src="${pageScript}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the numbers</a>
<header>
<h1>aerospike-wasm</h1>
<p id="status" role="status"><span class="badge">connecting…</span></p>
<nav aria-label="Other views"><a href="/metrics">metrics</a> <a href="/healthz">health</a></nav>
<button id="pause" type="button" aria-pressed="false">Pause</button>
</header>
<noscript><p class="notice">This page needs JavaScript. <a href="/metrics">The same numbers as text</a>.</p></noscript>
<p id="notice" class="notice" role="status" hidden></p>
<main id="main" tabindex="-1">
<dl id="totals" class="tiles"></dl>

<section aria-labelledby="h-operations" class="wide">
<h2 id="h-operations">Operations</h2>
<div class="charts">
<figure><figcaption>Operations a second</figcaption><div id="rate-chart"></div></figure>
<figure><figcaption>p99 of the slowest kind</figcaption><div id="latency-chart"></div></figure>
</div>
<div class="scroll" role="region" aria-labelledby="h-operations" tabindex="0">
<table id="kinds">
<thead><tr><th scope="col">Kind</th><th scope="col">a second</th><th scope="col">in all</th><th scope="col">failed</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">p99</th><th scope="col">slowest</th></tr></thead>
<tbody></tbody>
</table>
</div>
<p class="hint">Percentiles (p50, p95, p99) and the slowest are of the last minute, as far as this page was open.</p>
</section>

<section aria-labelledby="h-errors">
<h2 id="h-errors">Errors</h2>
<table id="errors">
<thead><tr><th scope="col">Class</th><th scope="col">a second</th><th scope="col">in all</th></tr></thead>
<tbody></tbody>
</table>
<p class="empty">No operation has failed.</p>
</section>

<section aria-labelledby="h-finder">
<h2 id="h-finder">Key finder</h2>
<form id="finder" autocomplete="off">
<label>Namespace <select name="namespace"></select></label>
<label>Set <input name="set" spellcheck="false" autocapitalize="none"></label>
<label>Type <select name="type"><option value="text">text</option><option value="integer">integer</option><option value="bytes">bytes (hex)</option></select></label>
<label class="grow">Key <input name="key" spellcheck="false" autocapitalize="none"></label>
<button type="submit">Find</button>
</form>
<output id="found" for="finder"></output>
<p class="hint">It is computed here, by the client's own engine; the key is not sent anywhere.</p>
</section>

<section aria-labelledby="h-nodes" class="wide">
<h2 id="h-nodes">Nodes</h2>
<div id="nodes" class="cards"></div>
<p class="empty">No node is known.</p>
</section>

<section aria-labelledby="h-partitions" class="wide">
<h2 id="h-partitions">Partitions</h2>
<div class="partitions">
<div class="map">
<canvas id="map" tabindex="0" role="img" aria-label="Owners of the 4096 partitions" aria-describedby="map-help cell"></canvas>
<p id="map-help" class="hint">64 rows of 64, from partition 0 on. Point at a cell, or go there with the arrow keys. A dot: it has moved within a minute.</p>
</div>
<div class="owners">
<label>Map of <select id="map-of"></select></label>
<label>Copy <select id="map-level"></select></label>
<output id="cell" for="map" aria-live="polite">No partition is chosen.</output>
<table id="owners">
<caption>Who has how many</caption>
<thead><tr><th scope="col">Node</th><th scope="col">master</th><th scope="col">copies</th></tr></thead>
<tbody></tbody>
</table>
<p id="moves"></p>
</div>
</div>
</section>

<section aria-labelledby="h-slow" class="wide">
<h2 id="h-slow">Slowest operations of the last minute</h2>
<ul id="stages" class="legend" aria-label="Stages"></ul>
<ol id="slow"></ol>
<p class="empty">None has ended since this page was opened.</p>
<p class="hint">How long: as /metrics counts it, until the answer has come. Of a batch or query, stages are the sum over its requests.</p>
</section>
</main>
<footer>Of this process alone. It shows; nothing here changes anything.</footer>
</body>
</html>
`
