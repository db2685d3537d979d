/** HTML that is safe to put into more of it. */
export class Html {
  constructor(readonly text: string) {}
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Whatever is put in is text, unless it is HTML of this function itself. */
export function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return new Html(parts.reduce((text, part, index) => `${text}${rendered(values[index - 1])}${part}`));
}

function rendered(value: unknown): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(rendered).join('');
  return String(value ?? '').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const STYLE = `body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
pre { margin: 0; white-space: pre-wrap; word-break: break-word } code { background: #f3f3f3 }
.done { color: #17692c } .failed { color: #a51d1d } .running, .waiting, .retrying { color: #8a5a00 } .skipped, .pending, .cancelled { color: #777 }`;

/** A whole page. */
export function page(title: string, body: Html): string {
  const nav = new Html('<p><a href="/">Runs</a> &middot; <a href="/docs">Routes</a></p>');
  return `<!doctype html>${
    html`<html lang="en">
      <meta charset="utf-8" /><meta name="viewport" content="width=device-width" /><title>${title}</title
      ><style>
        ${new Html(STYLE)}</style
      >${nav}
      <h1>${title}</h1>
      ${body}
    </html>`.text
  }`;
}
