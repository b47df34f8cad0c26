// What the next run of the workflow will redo, in a dialog.

import { get } from "./api.js";
import { addRow, element } from "./dom.js";

export async function showPlan(dialog) {
  const title = element("h2", "", "Next run");
  title.id = "plan-title";
  const text = element("p", "", "Asking the workflow…");
  const close = element("button", "", "Close (Esc)");
  close.onclick = () => dialog.close();
  dialog.replaceChildren(title, text, close);
  dialog.showModal();
  try {
    const plan = await get("/api/plan");
    if (plan.error) text.textContent = plan.error;
    else if (!plan.jobs.length) text.textContent = "Nothing to be done: all results are up to date.";
    else {
      text.textContent = `${plan.jobs.length} jobs will run:`;
      text.after(table(plan.jobs));
    }
  } catch (error) {
    text.textContent = error.message;
  }
}

function table(jobs) {
  const made = element("table");
  addRow(element("thead", "", "", made), ["Step", "Of", "Makes", "Why"], "th");
  const body = element("tbody", "", "", made);
  for (const job of jobs) {
    const of = job.wildcards.replaceAll(/\w+=/g, "");
    addRow(body, [job.rule.replaceAll("_", " "), of, job.output, job.reason]);
  }
  return made;
}
