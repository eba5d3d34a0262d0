/** The page's style: the colours follow the reader's system. */
export const style = `
:root{color-scheme:light dark;--line:light-dark(#d8dee4,#3a4048);--soft:light-dark(#f4f6f8,#1c2127);--text:light-dark(#1b1f24,#e6e9ec);--dim:light-dark(#57606a,#9aa4ae);--get:light-dark(#0b5fae,#6cb4ff);--post:light-dark(#1a7f37,#57c878)}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:light-dark(#fff,#14181d);display:grid;grid-template-columns:18rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;border-right:1px solid var(--line);background:var(--soft)}
nav a{display:block;padding:.15rem 0;color:inherit;text-decoration:none;overflow-wrap:anywhere;font-size:.9rem}
nav a:hover,nav a:focus{text-decoration:underline}
nav h2{font-size:.8rem;text-transform:uppercase;color:var(--dim);margin:1rem 0 .25rem}
main{padding:1.5rem 2rem;max-width:60rem}
input,textarea,button{font:inherit;color:inherit;background:light-dark(#fff,#0f1317);border:1px solid var(--line);border-radius:.3rem;padding:.35rem .5rem;width:100%}
textarea,pre,code{font-family:ui-monospace,monospace;font-size:.85rem}
button{width:auto;cursor:pointer;background:var(--soft)}
section{border-top:1px solid var(--line);padding:1rem 0}
h3{margin:0 0 .25rem;overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);border-radius:.3rem;padding:.6rem;overflow:auto;margin:.4rem 0}
.method{font-family:ui-monospace,monospace;font-weight:700}.get{color:var(--get)}.post{color:var(--post)}
.dim{color:var(--dim)}label{display:block;margin:.35rem 0}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
summary{cursor:pointer}[hidden]{display:none}
@media(max-width:50rem){body{grid-template-columns:minmax(0,1fr)}nav{position:static;height:auto}main{padding:1rem}}
`;
