// The agreement page: agreement and differences of the annotators of a video.

import { get, post } from "./api.js";
import { asked, banner, listVideos, showStatus } from "./bar.js";
import { addRow, element } from "./dom.js";
import { whenTheme } from "./drawing.js";
import { byId } from "./store.js";
import { colourOf, curvesOf, placeOf, spansOf } from "./strips.js";

const page = byId("page");
const SCORES = {
  cohen_kappa: ["Cohen’s κ", "Cohen’s kappa, mean over the pairs of annotators"],
  fleiss_kappa: ["Fleiss’ κ", "Fleiss’ kappa over all annotators"],
  pabak: ["PABAK", "Prevalence-adjusted bias-adjusted kappa: 2 × agreement − 1"],
  ccc: ["CCC", "Concordance correlation, mean over the pairs of annotators"],
  icc_2k: ["ICC(2,k)", "Intraclass correlation ICC(2,k): reliability of the mean of the annotators"],
};
let shown = null;
let known = "";

const length = ([first, last]) => last - first + 1;
const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const show = (value) => (value === null ? "–" : value.toFixed(2).replace("-", "−"));

function drawScores(content) {
  const box = element("section", "scores", "", page);
  const everyone = [...new Set([...content.annotators.au, ...content.annotators.va])];
  box.append(legend(content, everyone));
  const table = element("table", "", "", box);
  drawPart(table, "Action Unit", ["cohen_kappa", "fleiss_kappa", "pabak"], content.units,
    (unit) => spansOf(unit, content, everyone));
  drawPart(table, "Dimension", ["ccc", "icc_2k"], content.dimensions,
    (dimension) => curvesOf(dimension, content, everyone));
}

function drawPart(table, title, names, targets, strip) {
  const head = addRow(element("thead", "", "", table),
    [title, ...names.map((name) => SCORES[name][0]), "Frames that differ", "Place in the video"], "th");
  names.forEach((name, index) => { head.cells[index + 1].title = SCORES[name][1]; });
  const body = element("tbody", "", "", table);
  for (const target of targets) {
    const name = element("b", "", target.name);
    const differ = target.differ.reduce((sum, span) => sum + length(span), 0);
    const scores = names.map((score) => show(target[score]));
    const row = addRow(body, [name, ...scores, target.frames ? `${differ} of ${target.frames}` : "–", strip(target)]);
    row.cells[0].append(element("span", "dim", ` ${target.text ?? ""}`));
    for (const cell of [...row.cells].slice(1, -1)) cell.className = "number";
    if (names.length < 3) row.cells[0].colSpan = 2;
  }
  if (names.length < 3) head.cells[0].colSpan = 2;
}

function legend(content, everyone) {
  const box = element("p", "legend");
  const { au, va } = content.annotators;
  for (const name of everyone) {
    const item = element("span", "", "", box);
    element("i", "", "", item).style.background = colourOf(everyone, name);
    const only = !va.includes(name) ? " (Action Units)" : !au.includes(name) ? " (valence, arousal)" : "";
    item.append(name + only);
  }
  const item = element("span", "", "", box);
  element("i", "differs", "", item);
  item.append(`annotators differ (valence and arousal: by more than ${content.far})`);
  return box;
}

// All spans on which annotators differ, longest first; each links to its first frame.
function drawDifferences(content) {
  const box = element("aside", "", "", page);
  const targets = [...content.units, ...content.dimensions];
  const found = targets.flatMap((target) => target.differ.map((span) => ({ target, span })));
  found.sort((a, b) => length(b.span) - length(a.span) || a.span[0] - b.span[0]);
  element("h2", "", `Differences: ${found.length}`, box);
  const list = element("ol", "", "", box);
  for (const { target, span } of found) {
    const link = element("a", "", "", element("li", "", "", list));
    link.href = placeOf(content, target, span);
    element("b", "", target.name, link);
    element("span", "", ` ${span[0]}–${span[1]}`, link);
    element("span", "dim", count(length(span), "frame"), link);
    const words = "spans" in target ? whoSays(target, span) : `more than ${content.far} apart`;
    element("span", "who", words, link);
  }
  if (!found.length) element("p", "dim", "None.", box);
}

function whoSays({ spans }, [first]) {
  const says = (name) => spans[name].some(([from, to]) => from <= first && first <= to);
  return Object.keys(spans).map((name) => `${name} ${says(name) ? "present" : "absent"}`).join(", ");
}

function drawBlind(id) {
  const box = element("section", "blind", "", page);
  element("h2", "", "Finish your annotation first", box);
  element("p", "", "Then this page shows the labels of the other annotators. Edits that you make later are marked in "
    + "the journal as no longer blind.", box);
  const button = element("button", "main", "I have finished this video", box);
  button.onclick = async () => {
    try {
      await post(`/api/agreement/${id}/finish`);
      if (shown === id) await open(id);
    } catch (error) {
      if (shown === id) banner(`Not saved: ${error.message}`, "bad");
    }
  };
}

async function open(id) {
  shown = id;
  byId("video").value = id;
  byId("annotate-link").href = `/#${id}`;
  byId("adjudicate-link").href = `/adjudicate#${id}`;
  document.title = `${id} – auva agreement`;
  history.replaceState(null, "", `#${id}`);
  let content;
  try {
    content = await get(`/api/agreement/${id}`);
  } catch (error) {
    if (shown === id) showRefusal(id, error);
    return;
  }
  // When the user returns to the page, it loads again; unchanged parts keep scroll position and focus.
  if (shown !== id || known === JSON.stringify(content)) return;
  known = JSON.stringify(content);
  page.replaceChildren();
  drawScores(content);
  drawDifferences(content);
  const most = Math.max(content.annotators.au.length, content.annotators.va.length);
  byId("adjudicate-link").hidden = most < 2 || !byId("who").hidden;
  showStatus(count(most, "annotator"), most > 1 ? "good" : "busy");
  const alone = "Nobody else has annotated this video. A second annotator starts with: auva annotate --annotator NAME";
  banner(content.problems.join(" · ") || (most < 2 ? alone : ""), content.problems.length ? "bad" : "");
}

function showRefusal(id, error) {
  known = "";
  page.replaceChildren();
  showStatus(error.code === "blind" ? "Blind" : "Cannot be opened", error.code === "blind" ? "busy" : "bad");
  banner(error.code === "blind" ? "" : error.message, "bad");
  if (error.code === "blind") drawBlind(id);
}

async function start() {
  const project = await get("/api/project");
  const turn = listVideos(project.videos, "not converted", open);
  byId("who").hidden = !project.annotator;
  byId("who").textContent = `Annotator ${project.annotator}`;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select")) return;
    const direction = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (direction) turn(direction);
  });
  await open(asked(project.videos).id);
  window.addEventListener("focus", () => open(shown));
  whenTheme(() => { known = ""; open(shown); });
}

start().catch((error) => showStatus(error.message, "bad"));
