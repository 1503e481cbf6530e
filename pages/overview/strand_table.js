// Brings the five years of the measure picked into view, unless they are there already.
function showMeasure() {
  const heading = document.getElementById("measure");
  if (!heading || heading.getBoundingClientRect().bottom < window.innerHeight / 2) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  heading.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}

// Draws the table that the server sends and reports the measure whose name, or whose arrow, is pressed.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;

  let holder = parentElement.querySelector(".holder");
  if (!holder) {
    holder = document.createElement("div");
    holder.className = "holder";
    parentElement.appendChild(holder);
  }
  if (holder.dataset.html !== data.html) {
    holder.innerHTML = data.html; // the server escaped every text in it
    holder.dataset.html = data.html;
  }

  for (const row of holder.querySelectorAll("tr[data-row]")) {
    const chosen = row.dataset.row === data.picked;
    row.classList.toggle("picked", chosen);
    row.querySelector("button").setAttribute("aria-pressed", String(chosen));
  }

  holder.onclick = (event) => {
    const row = event.target.closest("tr[data-row]");
    if (event.target.closest("button.open")) {
      document.querySelector(`.st-key-strand-way-${CSS.escape(row.dataset.row)} a`)?.click();
    } else if (row && !String(window.getSelection())) {
      setTriggerValue("picked", row.dataset.row);
      showMeasure();
    }
  };
}
