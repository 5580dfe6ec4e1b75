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
main>section{margin-top:16px;gap:10px}.verdict{padding:12px 16px}.scroll{background:none}
.facts{grid-template-columns:repeat(2,minmax(0,1fr))}
.charts{grid-template-columns:minmax(0,1fr)}svg.chart{max-width:150mm}
.copied{grid-template-columns:minmax(0,1fr)}
.pair{grid-template-columns:repeat(2,minmax(0,1fr));gap:6px}
pre,code{font-size:8pt}.pair pre,.pair code{font-size:6.5pt}pre{padding:4px 6px}
}
`;
