/** The part of the style sheet for paper: light colours, everything that scrolls laid open, no controls. */
export const PRINT_STYLE = `@media print{
@page{size:A4;margin:14mm}
:root,:root[data-theme],:root:not([data-theme=light]){--bg:#fff;--surface:#fff;--line:#bbb;--text:#000;--muted:#444;--link:#000}
body{font-size:11pt}
nav,header .state,button,.skip,.filter,.back,.here{display:none!important}
.top{position:static;border:0}
.page,header,footer{max-width:none;padding:0;display:block}.rows{display:table}
.scroll,figure details .scroll,pre.tall{overflow:visible;max-height:none}
.verdict,.caveats,.tag,mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details.prints::details-content{content-visibility:visible;block-size:auto}
.tree tbody th{position:static;background:none}
table{font-size:8.5pt}th,td{padding:3px 5px}
.cause>details:not([open]),.group:not([open]),.filter,#findings-title+p.muted{display:none}.cause:has(>details:not([open])),.severity{display:none}#findings-title{display:none}
figure,tr,.verdict,.facts,.keys,.copied{break-inside:avoid}
h2,h3,h4,.severity,.line{break-after:avoid}
main>section.release+section{break-before:page}.figures{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
main>section{margin-top:16px;gap:10px}main>section:first-child{gap:8px}.verdict{padding:12px 16px}.scroll{background:none}
.facts{font-size:9.5pt}.facts>div{padding:4px 10px;flex-basis:28%}.facts>.wide{flex-basis:100%}.facts .small,.facts .url{font-size:8.5pt}.figures table{font-size:8pt}.figures th{white-space:normal}.figures :is(th,td){padding:3px 4px}.figures code{font-size:7pt}.figures tbody th{min-width:0}.verdict{grid-template-columns:auto minmax(0,2fr) minmax(0,3fr);align-items:center;gap:4px 14px}.verdict .said{grid-column:3}.verdict .said ul,.since,.since ul,.caveats ul,.verdict .head p{font-size:9.5pt}.verdict .sign{width:40px;height:40px}.verdict .word{font-size:22pt}.verdict .mover{font-size:12pt}
.charts{grid-template-columns:minmax(0,1fr)}svg.chart{max-width:150mm}
.copied{grid-template-columns:minmax(0,1fr)}
.pair{grid-template-columns:repeat(2,minmax(0,1fr));gap:6px}
pre,code{font-size:8pt}.pair pre,.pair code{font-size:6.5pt}pre{padding:4px 6px}
}
`;
