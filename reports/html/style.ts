import { PRINT_STYLE } from './print-style.ts';

/** The colours of each scheme, by name; drawings use them too, see `charts/axis.tsx`. */
const LIGHT =
  '--bg:#fff;--surface:#f5f7f9;--line:#d3d9e0;--text:#1a222c;--muted:#53606e;--link:#0a55c4;' +
  '--good:#116b37;--good-bg:#e8f5ed;--bad:#b0231b;--bad-bg:#fdeeec;--warn:#7a4a00;--warn-bg:#fff5de;' +
  '--drift:#5a3ba6;--drift-bg:#f0ebfb;--none:#53606e;--none-bg:#f5f7f9;' +
  '--grid:#e2e7ec;--blue:#0a55c4;--orange:#b45309;--teal:#00696b;--bar:#a9b8c9;--beyond:#8794a3';
const DARK =
  '--bg:#11151b;--surface:#1a2029;--line:#38424f;--text:#e5e9ef;--muted:#a5b1c0;--link:#8ab4f8;' +
  '--good:#73d59a;--good-bg:#13291c;--bad:#ff9d93;--bad-bg:#351a19;--warn:#f2c35a;--warn-bg:#2d2513;' +
  '--drift:#c4b0ff;--drift-bg:#251f38;--none:#a5b1c0;--none-bg:#1a2029;' +
  '--grid:#2a323d;--blue:#8ab4f8;--orange:#ffb066;--teal:#5fd3d5;--bar:#4c5d72;--beyond:#78879a';

/** Sizes of text: small print, tables and code, text, headings, verdict. */
const SIZES = '--xs:12px;--s:13.5px;--m:15px;--l:18px;--xl:24px;--xxl:36px;--r:8px';

/**
 * The one style sheet of the page: a few sizes, a few colours, both schemes. The page is legible without it; colours in
 * drawings are variables with a fallback, so that they hold without it too. Causes and scenarios are folded, so a page with
 * a thousand findings lays out only their headings, and answers at once.
 */
export const STYLE = `
:root{color-scheme:light;${SIZES};${LIGHT}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${DARK}}}
:root[data-theme=dark]{color-scheme:dark;${DARK}}
*{box-sizing:border-box}
html{scroll-padding-top:64px;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:var(--m)/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
:target{outline:2px solid var(--link);outline-offset:4px;border-radius:var(--r)}
section:target{outline-width:0}
#verdict:focus{outline:0}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{margin:0;padding:8px 12px;background:var(--surface);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
h1,h2,h3,h4{margin:0;line-height:1.25;font-weight:650;text-wrap:balance}
h1{font-size:var(--m)}h2{font-size:var(--xl);letter-spacing:-.01em}h3{font-size:var(--l)}h4{font-size:16px}
p,ul,ol,dl,figure{margin:0}
p{max-width:120ch}
p.small{max-width:none}
ul,ol{padding-left:20px}
ul.plain{list-style:none;padding:0;display:grid;gap:4px}
.small{font-size:var(--xs)}
.muted{color:var(--muted)}
.skip{position:absolute;left:-999px;top:0;padding:8px 16px;background:var(--bg);z-index:3}
.skip:focus{left:8px;top:8px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}

header,.page,footer{max-width:1240px;margin:0 auto;padding:0 24px}
header{display:flex;flex-wrap:wrap;gap:4px 24px;align-items:center;padding-top:12px;padding-bottom:12px}
header .state{flex:1;max-width:none}header .state a{text-decoration:none}
.contents ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:4px 8px;margin-bottom:16px}
.contents a{display:flex;gap:8px;justify-content:space-between;align-items:center;padding:4px 8px;border-radius:6px;color:var(--text);text-decoration:none;font-size:14px}
.contents a:hover{background:var(--surface)}
.badge{min-width:24px;padding:0 8px;border-radius:999px;text-align:center;font-size:var(--xs);font-weight:600;font-variant-numeric:tabular-nums;background:var(--tone-bg);color:var(--tone)}
footer{padding-top:24px;padding-bottom:40px;color:var(--muted);font-size:13px;border-top:1px solid var(--line);margin-top:56px}
main>section{margin-top:48px;display:grid;gap:20px;grid-template-columns:minmax(0,1fr)}
main>section:first-child{margin-top:0;gap:12px}
main>section>section:not(:first-of-type){margin-top:20px}
section section,.stack{display:grid;gap:12px;grid-template-columns:minmax(0,1fr)}
main>section>section.scenario:not(:first-of-type){margin-top:-12px}section section.scenario{padding:0;border:1px solid var(--line);border-radius:var(--r)}
.whole{display:grid;gap:24px;grid-template-columns:minmax(0,1fr);padding:8px 16px 20px}
button,input{font:inherit;font-size:13px;line-height:1.4;padding:2px 10px;color:var(--text);background:var(--bg);border:1px solid var(--line);border-radius:6px}
button{cursor:pointer}
input{border-color:var(--muted);min-width:min(320px,100%);padding:4px 10px}
button:hover{border-color:var(--muted)}

.good{--tone:var(--good);--tone-bg:var(--good-bg)}.bad{--tone:var(--bad);--tone-bg:var(--bad-bg)}.warn{--tone:var(--warn);--tone-bg:var(--warn-bg)}
.drift{--tone:var(--drift);--tone-bg:var(--drift-bg)}.none{--tone:var(--none);--tone-bg:var(--none-bg)}
.caveats{padding:8px 16px;display:grid;gap:2px 16px;border:1px solid var(--warn);border-radius:var(--r);background:var(--warn-bg)}
.caveats h2{font-size:14px;color:var(--warn);letter-spacing:0}
.caveats ul{font-size:14px}
.verdict{display:grid;grid-template-columns:auto minmax(0,1fr);gap:8px 20px;padding:16px 24px;border-radius:10px;border:1px solid var(--tone);border-left-width:8px;background:var(--tone-bg)}
.verdict .sign{display:block;width:56px;height:56px}
.verdict .word{font-size:var(--xxl);font-weight:750;letter-spacing:-.01em;line-height:1.1;color:var(--tone)}
.verdict .said{grid-column:2;display:grid;gap:8px;grid-template-columns:minmax(0,1fr)}
.verdict .said ul{font-size:16px;display:grid;gap:4px}
.verdict .said a{color:inherit;text-decoration-color:var(--tone);text-underline-offset:3px}
.verdict .mover{font-weight:650;font-size:var(--l);margin-top:4px}
.verdict .next{margin-top:4px;max-width:90ch}
.since{display:grid;gap:4px;padding:10px 16px;border:1px solid var(--line);border-radius:var(--r);grid-template-columns:minmax(0,1fr)}
.since h2{font-size:14px;letter-spacing:0}
.since .heading{display:flex;flex-wrap:wrap;gap:2px 20px;align-items:baseline}
.since ul{font-size:14px}
.figures{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));align-items:start}.figures:empty{display:none}
.facts{display:flex;flex-wrap:wrap;border:1px solid var(--line);border-radius:var(--r);overflow:hidden}
.facts>div{flex:1 1 190px;min-width:0;margin:0 -1px -1px 0;border:solid var(--line);border-width:0 1px 1px 0;padding:10px 16px}
.facts>.wide{flex-basis:100%}.facts .url{font-size:var(--s)}
dt{font-size:var(--xs);color:var(--muted)}
dd{margin:0}
.mark{color:var(--tone);white-space:nowrap;font-weight:600}
.mark i{font-style:normal;display:inline-block;min-width:1.1em;text-align:center}
.tag{display:inline-block;padding:1px 8px;border-radius:999px;border:1px solid var(--tone,var(--line));background:var(--tone-bg,none);color:var(--tone,var(--muted));font-size:var(--xs);font-weight:600;max-width:100%}
.counts{display:flex;flex-wrap:wrap;gap:4px 20px}

.scroll{position:relative;overflow-x:auto;background:linear-gradient(to right,var(--bg) 30%,transparent) left/40px 100% no-repeat local,linear-gradient(to left,var(--bg) 30%,transparent) right/40px 100% no-repeat local,linear-gradient(to right,#0003,transparent) left/10px 100% no-repeat,linear-gradient(to left,#0003,transparent) right/10px 100% no-repeat;border:1px solid var(--line);border-radius:var(--r);max-width:100%}
table{border:0;border-collapse:collapse;width:100%;font-size:var(--s);font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;padding:8px 12px;max-width:calc(100vw - 40px);font-weight:600;color:var(--muted);font-size:13px}
th,td{padding:6px 12px;text-align:left;vertical-align:top;border:0 solid var(--line);border-top-width:1px}
td br:not(.kept),th br{display:none}td>a{display:block;width:max-content}td ul{padding-left:16px}
thead th{border-top:0;background:var(--surface);font-size:var(--xs);font-weight:600;color:var(--muted);white-space:nowrap;vertical-align:bottom}
caption+thead th{border-top:1px solid var(--line)}
tbody tr:hover>*{background:var(--surface)}
tbody th{font-weight:600;min-width:96px}
tbody th.n,.numbers tbody th{min-width:0}tbody th.plain{font-weight:400}
.label,th time{white-space:nowrap}
.n,.numbers td,.numbers th{text-align:right;white-space:nowrap}
td .small,th .small{display:block;color:var(--muted);font-weight:400}
table.slim th:first-child,table.slim td:first-child{width:1%}
.long{min-width:240px;overflow-wrap:anywhere}
.steps{white-space:normal;min-width:180px}
.void,.void th{color:var(--muted)}
.matrix td{text-align:right;white-space:nowrap}
.matrix thead th+th{width:15%}
.tree th,.tree td{padding-top:3px;padding-bottom:3px}
.tree tbody th{position:sticky;left:0;background:var(--bg)}
.tree .step{display:flex}.tree .step>span{margin-left:.5em}
.matrix td.void{font-size:var(--xs)}
.matrix td.void i{font-style:normal}
.matrix td>a{margin-left:auto}
.matrix a{text-decoration:none}
.matrix a .mark{text-decoration:underline;text-underline-offset:3px}
th code{white-space:nowrap}
.strip{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:4px}.strip a,.strip svg{display:block}

.severity{margin-top:8px}
.cards{display:grid;gap:8px;grid-template-columns:minmax(0,1fr);align-items:start}
.cause>details>summary,.scenario>details>summary,.fold>summary{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;width:auto;padding:10px 16px;color:var(--text)}
.cause>details>summary h4{flex:1 1 0;min-width:min(55%,420px);font-size:var(--m);font-weight:600}
.cause>details>summary::before,.scenario>details>summary::before,.fold>summary::before{content:'▸';color:var(--muted);width:12px;flex:none}
.cause>details[open]>summary::before,.scenario>details[open]>summary::before,.fold[open]>summary::before{content:'▾'}
.cause>details>.stack{padding:4px 20px 20px}
.cause>details>summary:hover,.scenario>details>summary:hover,.fold>summary:hover{background:var(--surface);text-decoration:none}
.folds{border:1px solid var(--line);border-radius:var(--r)}.fold+.fold{border-top:1px solid var(--line)}.fold h3{font-size:var(--m)}.fold>.stack{padding:4px 16px 20px}
section>.fold{border:1px solid var(--line);border-radius:var(--r)}
.group>summary{margin-bottom:8px}
.rank{width:1%;color:var(--muted)}.what{min-width:280px;font-weight:400;overflow-wrap:anywhere}.commands{min-width:120px}.what a{display:inline;width:auto;font-weight:600}.harm{white-space:nowrap}.observed{font-weight:650}.observed.bad{color:var(--bad)}.drawn{width:184px}svg.mini{display:block;max-width:100%}
.filter{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:16px;align-items:start}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;align-items:start}
.cause{border:1px solid var(--line);border-left:4px solid var(--tone);border-radius:var(--r)}
@media (scripting:none){:target>details::details-content{content-visibility:visible;block-size:auto}}
.line{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center}
.line .back{margin-left:auto}
.keys{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px;font-size:14px}
.keys dt{font-size:13px;line-height:1.6}
details>summary{cursor:pointer;color:var(--link);font-size:14px;padding:2px 0;width:fit-content}
details>summary:hover{text-decoration:underline}
details[open]>summary{margin-bottom:8px}
.copied{display:grid;grid-template-columns:minmax(0,1fr) 200px;gap:4px 8px;align-items:start}
.copied>button{margin-top:4px;justify-self:start;white-space:nowrap}
.copied>p{grid-column:1/-1}
pre.tall{position:relative;max-height:440px;overflow:auto}
mark{background:var(--bad-bg);color:var(--bad);font-weight:700;outline:1px solid var(--bad);outline-offset:1px;border-radius:2px}
.case+.case{padding-top:12px;border-top:1px dashed var(--line)}

.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,500px),1fr));gap:16px}
figure{min-width:0;border:1px solid var(--line);border-radius:var(--r);padding:12px 16px}
figure.large,figure.whole{grid-column:1/-1}
.beside{display:grid;grid-template-columns:minmax(0,2fr) minmax(min(100%,260px),1fr);gap:16px 32px;align-items:center}
.beside .facts{border-radius:var(--r)}
figure.whole>.scroll{border:1px solid var(--line);border-radius:var(--r);margin-top:12px}
figure.large svg.chart{max-width:1200px}
figcaption{font-weight:600;font-size:14px;display:flex;gap:8px;align-items:baseline}
figcaption .here{color:var(--muted);text-decoration:none;font-weight:400}
figcaption button{margin-left:auto;font-size:var(--xs)}
figure .scroll{border:0;border-radius:0}
figure>details{margin-top:8px}
figure details .scroll{border:1px solid var(--line);border-radius:var(--r);max-height:320px;overflow:auto}
figure details thead th{position:sticky;top:0}
ul.legend{list-style:none;padding:0;margin:4px 0 8px;display:flex;flex-wrap:wrap;gap:2px 16px;font-size:var(--xs);color:var(--muted)}
ul.legend svg{vertical-align:middle}
svg.chart{display:block;width:100%;max-width:720px;height:auto;font-family:inherit}
#tip{position:fixed;z-index:2;max-width:min(320px,90vw);padding:6px 10px;border:1px solid var(--line);border-radius:6px;background:var(--bg);color:var(--text);font-size:var(--xs);box-shadow:0 2px 10px #0003;pointer-events:none;font-variant-numeric:tabular-nums}
#tip>*{display:block}

@media (min-width:900px) and (min-height:500px){.top{position:sticky;top:0;z-index:1;background:var(--bg);border-bottom:1px solid var(--line);margin-bottom:16px}}
@media (min-width:1200px){.caveats{grid-template-columns:auto minmax(0,1fr);align-items:baseline}.caveats details{grid-column:2}.verdict{grid-template-columns:auto minmax(0,2fr) minmax(0,3fr);align-items:center}.verdict .said{grid-column:3}.page{max-width:1480px;display:grid;grid-template-columns:184px minmax(0,1fr);gap:0 32px;align-items:start}header,footer{max-width:1480px}.contents{position:sticky;top:72px}.contents ul{display:grid;gap:2px;margin:0}}
@media (max-width:900px){.beside{grid-template-columns:minmax(0,1fr)}}
@media (max-width:640px){svg.chart text{font-size:16px}header,.page,footer{padding-left:16px;padding-right:16px}.verdict{padding:16px;gap:8px 12px}.verdict .sign{width:40px;height:40px}.verdict .word{font-size:26px}.verdict .head{align-self:center}.verdict .said{grid-column:1/-1}.cause>details>.stack,.whole,.fold>.stack{padding-left:12px;padding-right:12px}.rows,.rows tbody,.rows tr,.rows caption{display:block}.rows thead{position:absolute;display:block;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.rows tr{padding:8px 0;border-top:1px solid var(--line)}.rows tbody :is(th,td){display:flex;gap:12px;justify-content:space-between;border:0;padding:2px 10px;text-align:right;width:auto;min-width:0;white-space:normal}.rows tbody :is(th,td)::before{content:attr(data-head);color:var(--muted);font-size:var(--xs);font-weight:400;text-align:left;flex:none}.rows tbody th{display:block;text-align:left}.rows tbody th::before,.rows td.rank,.rows td.drawn::before{display:none}.rows td.drawn{display:block}.rows td .small{display:inline;margin-left:6px}.keys{grid-template-columns:minmax(0,1fr)}.keys dd{margin-bottom:4px}th,td{padding:6px 10px}.tree tbody th{width:176px;min-width:176px;padding-right:4px}.tree .step>i{font-size:6px}.tree .step code{white-space:normal;font-size:12px}figure{padding:12px}.copied{grid-template-columns:minmax(0,1fr)}.copied>button{margin:0}.line .back{margin-left:0}main>section{margin-top:40px}}
@media (min-width:1800px){.page,header,footer{max-width:2400px}.page{grid-template-columns:216px minmax(0,1fr);gap:0 48px}.cards{grid-template-columns:repeat(2,minmax(0,1fr))}.cause:has(>details[open]),.cause:target{grid-column:1/-1}.objectives{font-size:var(--m)}}
@media print{:root,:root[data-theme],:root:not([data-theme=light]){color-scheme:light;${LIGHT}}}
${PRINT_STYLE}`;
