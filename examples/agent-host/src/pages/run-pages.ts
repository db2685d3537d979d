import type { Run } from '../runs/run';
import { type Html, html, page } from './html';

/** The form to come in by. */
export const loginPage = (problem = ''): string =>
  page(
    'Agent host',
    html`<form method="post" action="/pages/login">
      <p class="failed">${problem}</p>
      <label>API key <input name="key" type="password" size="60" autocomplete="off" autofocus /></label>
      <button>Show my runs</button>
    </form>`,
  );

/** All runs of a user. */
export function runsPage(user: string, runs: readonly Run[]): string {
  const rows = runs.map(
    ({ id, workflow, status, created }) =>
      html`<tr>
        <td><a href="/pages/runs/${id}">${id.slice(0, 8)}</a></td>
        <td>${workflow}</td>
        <td class="${status}">${status}</td>
        <td>${new Date(created).toISOString()}</td>
      </tr>`,
  );
  const table = html`<table>
    <tr>
      <th>run</th>
      <th>workflow</th>
      <th>status</th>
      <th>begun</th>
    </tr>
    ${rows}
  </table>`;
  return page(
    `Runs of ${user}`,
    runs.length === 0 ? html`<p>None yet. Start one: <code>POST /workflows/hello/runs</code></p>` : table,
  );
}

/** One run. It is written as it is now; live.js changes it as things happen. */
export function runPage(run: Run, steps: readonly string[]): string {
  const rows = steps.map((id) => {
    const step = run.outcomes[id] ?? run.progress[id];
    return row(
      id,
      step?.status ?? 'pending',
      step !== undefined && 'output' in step ? step.output : step?.error?.message,
    );
  });
  return page(
    `${run.workflow} ${run.id.slice(0, 8)}`,
    html`<p>Status: <b id="status" class="${run.status}">${run.status}</b></p>
      <p>Input:</p>
      <pre>${shown(run.input)}</pre>
      <table id="steps" data-run="${run.id}" data-status="${run.status}">
        <tr>
          <th>step</th>
          <th>status</th>
          <th>answer</th>
        </tr>
        ${rows}
      </table>
      <p>Output:</p>
      <pre id="output">${shown(run.output ?? run.error?.message)}</pre>
      <script src="/pages/live.js"></script>`,
  );
}

function row(id: string, status: string, answer: unknown): Html {
  return html`<tr data-step="${id}">
    <td>${id}</td>
    <td class="${status}">${status}</td>
    <td><pre>${shown(answer)}</pre></td>
  </tr>`;
}

const shown = (value: unknown): string =>
  value === undefined || typeof value === 'string' ? (value ?? '') : JSON.stringify(value, null, 1);

/** Runs in the browser. What it writes is text, never HTML. An EventSource comes back by itself, with the last event it saw. */
export const LIVE = `
const steps = document.getElementById('steps');
const shown = (value) => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 1));
const show = (cell, status) => { cell.textContent = status; cell.className = status; };
if (steps.dataset.status === 'running') {
  const source = new EventSource('/runs/' + steps.dataset.run + '/events');
  source.addEventListener('step', ({ data }) => {
    const { step, status, output, error } = JSON.parse(data);
    const cells = document.querySelector('[data-step="' + CSS.escape(step) + '"]').children;
    show(cells[1], status);
    cells[2].firstChild.textContent = shown(output ?? error?.message);
  });
  source.addEventListener('finished', ({ data }) => {
    const { status, output, error } = JSON.parse(data);
    show(document.getElementById('status'), status);
    document.getElementById('output').textContent = shown(output ?? error?.message);
    source.close();
  });
}
`;
