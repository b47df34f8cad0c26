// Create elements of the page.

export function element(tag, className = "", text = "", parent = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== "") made.textContent = text;
  parent?.append(made);
  return made;
}

// Add a row of cells to a part of a table; each cell is a text or an element.
export function addRow(part, cells, tag = "td") {
  const row = element("tr", "", "", part);
  for (const cell of cells) {
    const made = element(tag, "", "", row);
    if (tag === "th") made.scope = "col";
    made.append(cell);
  }
  return row;
}
