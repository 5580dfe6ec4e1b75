/** The part of the style sheet for paper: light colours, everything that scrolls laid open, no controls. */
export const PRINT_STYLE = `@media print{
@page{size:A4;margin:14mm}
:root,:root[data-theme],:root:not([data-theme=light]){--bg:#fff;--surface:#fff;--line:#bbb;--text:#000;--muted:#444;--link:#000}
body{font-size:11pt}
header nav,button,.skip,.filter,.back,.here{display:none!important}
.top{position:static;border:0}
main,header,footer{max-width:none;padding:0}
.scroll,figure details .scroll,pre.tall{overflow:visible;max-height:none}
.verdict,.caveats,.tag,mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}
details.prints::details-content{content-visibility:visible;block-size:auto}
.tree tbody th{position:static;background:none}
table{font-size:8.5pt}th,td{padding:3px 5px}
.cause,section.scenario{content-visibility:visible}
figure,tr,.verdict,.facts,.keys,.copied{break-inside:avoid}
h2,h3,h4,.severity,.line{break-after:avoid}
main>section{margin-top:24px}
.facts{grid-template-columns:repeat(2,minmax(0,1fr))}
.charts{grid-template-columns:minmax(0,1fr)}svg.chart{max-width:150mm}
.copied{grid-template-columns:minmax(0,1fr)}
.pair{grid-template-columns:repeat(2,minmax(0,1fr));gap:6px}
pre,code{font-size:8pt}.pair pre,.pair code{font-size:6.5pt}pre{padding:4px 6px}
}
`;
