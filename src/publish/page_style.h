/* The style of a bulletin's page: system type, one column, prints on A4. Contrast 4.5:1 or better.
 */
#ifndef PUBLISH_PAGE_STYLE_H
#define PUBLISH_PAGE_STYLE_H

static const char page_style[] =
    ":root{color-scheme:light}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;font:19px/1.5 Arial,Helvetica,sans-serif;color:#0b0c0c;background:#fff}\n"
    "header,nav,main,footer{max-width:62rem;margin:0 auto;padding:0 1rem}\n"
    ".skip{position:absolute;left:-999rem}\n"
    ".skip:focus{position:static;display:block;padding:.5rem 1rem;background:#fd0;color:#0b0c0c}\n"
    ".made{background:#0b0c0c;color:#fff;padding:.6rem 1rem;font-weight:bold;text-align:center}\n"
    "h1{font-size:2.2rem;line-height:1.15;margin:1.5rem 0 .5rem}\n"
    "h2{font-size:1.6rem;line-height:1.2;margin:2.5rem 0 .75rem;border-top:2px solid #1d70b8;"
    "padding-top:.75rem}\n"
    "nav h2{border:0;font-size:1.2rem;margin:1rem 0 .25rem}\n"
    "h3{font-size:1.2rem;margin:1.75rem 0 .5rem}\n"
    ".subtitle{font-size:1.2rem;color:#505a5f;margin:0}\n"
    "p,ul{max-width:46rem}\n"
    "a{color:#1d70b8}\n"
    "a:focus,summary:focus,.scroll:focus{outline:3px solid #fd0;outline-offset:0;"
    "box-shadow:0 4px #0b0c0c}\n"
    ".callout{border-left:6px solid #1d70b8;background:#f3f2f1;padding:.25rem 1rem;margin:1rem 0;"
    "max-width:46rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;margin:1rem 0 .25rem;font-size:1rem}\n"
    "caption{text-align:left;font-weight:bold;padding:.25rem 0}\n"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;"
    "border-bottom:1px solid #b1b4b6}\n"
    "thead th{border-bottom:2px solid #0b0c0c;vertical-align:bottom}\n"
    "tbody th{font-weight:normal}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".source,figcaption{font-size:.9rem;color:#505a5f;max-width:none}\n"
    "figure{margin:1.5rem 0}\n"
    "figure svg{max-width:100%;height:auto}\n"
    "figcaption a{margin-right:1rem}\n"
    "header a{margin-right:1rem}\n"
    "footer{border-top:1px solid #b1b4b6;margin-top:3rem;font-size:.9rem}\n"
    "@media (max-width:40rem){body{font-size:16px}h1{font-size:1.7rem}h2{font-size:1.35rem}}\n"
    "@media print{body{font-size:11pt}nav,.skip,details,figcaption{display:none}"
    ".made{position:running(made);border:2px solid #000;color:#000;background:#fff}"
    "h2,h3,caption{break-after:avoid}figure,tr{break-inside:avoid}a{color:#000}"
    ".scroll{overflow:visible}}\n";

#endif
