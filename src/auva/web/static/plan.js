// What the next run of the workflow will redo, in a dialog.

import { get } from "./api.js";

export async function showPlan(dialog) {
  const title = Object.assign(document.createElement("h2"), { id: "plan-title", textContent: "Next run" });
  const text = Object.assign(document.createElement("p"), { textContent: "Asking the workflow…" });
  const close = Object.assign(document.createElement("button"), { textContent: "Close (Esc)" });
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
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const name of ["Step", "Of", "Makes", "Why"]) {
    head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: name }));
  }
  const body = made.createTBody();
  for (const job of jobs) {
    const row = body.insertRow();
    const words = [job.rule.replaceAll("_", " "), job.wildcards.replaceAll(/\w+=/g, ""), job.output, job.reason];
    for (const word of words) row.insertCell().textContent = word;
  }
  return made;
}
