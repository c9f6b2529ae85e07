// How the page looks, in light and dark, from the width of a phone on.

export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #fff; --text: #1b1f24; --soft: #57606a; --line: #d8dee4; --fill: #e9ecf0;
  --accent: #0b62d6; --good: #17702f; --bad: #c0182b; --warn: #8a5a00;
  --good-fill: #dff3e4; --bad-fill: #fde3e4; --warn-fill: #fdf0d0;
  --s0: #8250df; --s1: #d98e04; --s2: #0a8f8f; --s3: #6e7781; --s4: #2f7de1; --s5: #c2418f; --s6: #4c9a2a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --text: #e6e9ee; --soft: #9aa4b0; --line: #2c333d; --fill: #262d37;
    --accent: #6ea8fe; --good: #5fd07c; --bad: #ff8188; --warn: #e8b950;
    --good-fill: #12331d; --bad-fill: #46171c; --warn-fill: #3b2d0c;
    --s0: #b18cf5; --s1: #f0b13c; --s2: #3cc4c4; --s3: #9aa4b0; --s4: #6ea8fe; --s5: #ec7fc0; --s6: #7fcf5c;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.1rem; margin: 0; }
h2 { font-size: 1rem; margin: 0 0 .6rem; }
h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; }
p { margin: 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: .5rem; top: .5rem; background: var(--card); padding: .4rem .6rem; z-index: 2; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; padding: .7rem 1rem;
  background: var(--card); border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 1; }
header nav { margin-left: auto; display: flex; gap: .8rem; }
main { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; padding: 1rem; max-width: 1360px; margin: 0 auto; }
main:focus { outline: none; }
.wide, .tiles { grid-column: 1 / -1; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1rem; min-width: 0; }
footer, .hint { color: var(--soft); font-size: .85rem; }
footer { padding: 0 1rem 1.5rem; max-width: 1360px; margin: 0 auto; }
.hint { margin-top: .5rem; }
.notice { margin: 1rem 1rem 0; padding: .6rem .8rem; border-radius: 8px; background: var(--warn-fill); color: var(--warn); }
.empty { color: var(--soft); }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 99px; background: var(--fill); font-size: .85rem; white-space: nowrap; }
.badge.good { background: var(--good-fill); color: var(--good); }
.badge.bad { background: var(--bad-fill); color: var(--bad); }
.badge.warn { background: var(--warn-fill); color: var(--warn); }
.bad-text { color: var(--bad); }

button, input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px;
  padding: .3rem .6rem; min-height: 2.2rem; min-width: 0; max-width: 100%; }
button { cursor: pointer; }
button[aria-pressed=true] { background: var(--warn-fill); color: var(--warn); }
label { font-size: .85rem; color: var(--soft); display: flex; flex-direction: column; gap: .15rem; min-width: 0; }
label :is(input, select) { color: var(--text); font-size: .95rem; }

.tiles { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: .6rem; margin: 0; }
.tiles > div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .5rem .8rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; white-space: nowrap; }

.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; margin-bottom: .8rem; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--soft); font-size: .85rem; }
svg.chart { display: block; width: 100%; height: 110px; overflow: visible; }
svg.chart .area { fill: var(--accent); opacity: .16; }
svg.chart .line { fill: none; stroke: var(--accent); stroke-width: 1.8; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
svg.chart .axis { stroke: var(--line); vector-effect: non-scaling-stroke; }
.scale { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem; font-variant-numeric: tabular-nums; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding-bottom: .2rem; }
th { font-weight: 600; text-align: left; }
thead th { color: var(--soft); font-size: .85rem; font-weight: 400; border-bottom: 1px solid var(--line); }
th, td { padding: .25rem .6rem .25rem 0; white-space: nowrap; }
td, thead th:not(:first-child) { text-align: right; }
tbody tr + tr :is(th, td) { border-top: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
#errors tbody th { white-space: normal; overflow-wrap: anywhere; }
#kinds th:first-child { position: sticky; left: 0; background: var(--card); }

form { display: flex; flex-wrap: wrap; gap: .5rem .6rem; align-items: end; }
form label { flex: 1 1 5.5rem; }
form .grow { flex: 3 1 7rem; }
#found dl, .node dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; margin: .7rem 0 0; }
#found dt, .node dt { color: var(--soft); }
#found dd, .node dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
#found .digest { font-family: ui-monospace, monospace; font-size: .9rem; }
#found .bad-text { display: block; margin-top: .7rem; }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: .8rem; }
.node { border: 1px solid var(--line); border-radius: 8px; padding: .7rem .8rem; min-width: 0; }
.node.gone { border-style: dashed; background: var(--page); }
.node .pool-text:last-of-type { margin-top: .5rem; }
.node .top { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: center; }
.node .address { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.node dl { margin-top: .5rem; font-size: .9rem; grid-template-columns: max-content 1fr max-content 1fr; }
.node dd { white-space: nowrap; }
.swatch { display: inline-block; width: .85em; height: .85em; border-radius: 3px; vertical-align: -.05em; flex: none; }
.pool { display: flex; height: .55rem; border-radius: 99px; overflow: hidden; background: var(--fill); margin-top: .5rem; }
.pool i { display: block; }
.pool .busy { background: var(--accent); } .pool .idle { background: var(--good); opacity: .55; }
.pool .opening { background: var(--warn); } .pool .draining { background: var(--soft); }
.pool-text { font-size: .85rem; color: var(--soft); }
svg.tends { display: block; width: 100%; height: 34px; margin-top: .3rem; border-bottom: 1px solid var(--line); }
svg.tends .good { fill: var(--good); opacity: .6; } svg.tends .bad { fill: var(--bad); }

.partitions { display: grid; grid-template-columns: minmax(0, 520px) minmax(0, 1fr); gap: 1.2rem; }
#map { display: block; width: 100%; aspect-ratio: 1; border-radius: 4px; cursor: crosshair; touch-action: manipulation; }
.owners { display: flex; flex-direction: column; gap: .7rem; align-items: stretch; }
.owners label { max-width: 22rem; }
#cell { background: var(--fill); border-radius: 6px; padding: .5rem .7rem; min-height: 4.2rem; display: block; overflow-wrap: anywhere; }
#owners .swatch { margin-right: .5rem; }
#owners tbody th { font-weight: 400; }

.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem .9rem; padding: 0; margin: 0 0 .6rem; font-size: .85rem; color: var(--soft); }
#slow { list-style: none; margin: 0; padding: 0; }
#slow li { padding: .5rem 0; border-top: 1px solid var(--line); }
#slow .what { display: flex; flex-wrap: wrap; gap: .1rem .8rem; align-items: baseline; }
#slow .ms { font-weight: 600; min-width: 5.5rem; font-variant-numeric: tabular-nums; }
#slow .more { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.bar { display: flex; height: .6rem; border-radius: 3px; overflow: hidden; background: var(--fill); margin: .3rem 0 .15rem; }
.bar i { display: block; min-width: 1px; }
.stage0 { background: var(--s0); } .stage1 { background: var(--s1); } .stage2 { background: var(--s2); } .stage3 { background: var(--s3); }
.stage4 { background: var(--s4); } .stage5 { background: var(--s5); } .stage6 { background: var(--s6); }

@media (max-width: 760px) {
  main { grid-template-columns: minmax(0, 1fr); gap: .7rem; padding: .7rem; }
  .charts, .partitions { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  header { position: static; }
  section { padding: .8rem; }
}
@media (max-width: 360px) {
  .node dl { grid-template-columns: max-content 1fr; }
  header nav { margin-left: 0; }
}
@media (forced-colors: active) { .swatch, .bar i, .pool i, #map { forced-color-adjust: none; } }
`
