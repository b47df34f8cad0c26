// A dialog with the jobs of the next run of the workflow: first those of the video, then the others.

import { get } from "./api.js";
import { addRow, element } from "./dom.js";

export async function showPlan(dialog, video) {
  const title = element("h2", "", "Next run");
  title.id = "plan-title";
  const text = element("p", "", "Running a dry run of the workflow…");
  const close = element("button", "", "Close (Esc)");
  close.onclick = () => dialog.close();
  dialog.replaceChildren(title, text, close);
  if (!dialog.open) dialog.showModal();
  try {
    const plan = await get("/api/plan");
    if (plan.error) text.textContent = plan.error;
    else if (!plan.jobs.length) text.textContent = "Nothing to do: all results are up to date.";
    else {
      text.textContent = `The next snakemake will run ${plan.jobs.length} jobs.`;
      text.after(...tables(plan.jobs, video));
    }
  } catch (error) {
    text.textContent = error.message;
  }
}

const words = (rule) => rule.replaceAll("_", " ");

function tables(jobs, video) {
  const isOwn = (job) => job.wildcards.split(", ").includes(`video=${video}`);
  const own = jobs.filter(isOwn).map((job) => [words(job.rule), job.output, job.reason]);
  const counts = new Map();
  for (const job of jobs.filter((each) => !isOwn(each))) {
    const [rule, reason] = [words(job.rule), job.reason.split(":")[0]];
    const key = `${rule}\n${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const others = [...counts].map(([key, number]) => {
    const [rule, reason] = key.split("\n");
    return [rule, `${number} job${number === 1 ? "" : "s"}`, reason];
  });
  return [
    ...table(`Jobs of ${video}`, ["Step", "Output", "Reason"], own),
    ...table("Other jobs", ["Step", "Jobs", "Reason"], others),
  ];
}

function table(title, names, rows) {
  if (!rows.length) return [];
  const made = element("table");
  addRow(element("thead", "", "", made), names, "th");
  const body = element("tbody", "", "", made);
  for (const row of rows) addRow(body, row);
  return [element("h3", "", title), made];
}
