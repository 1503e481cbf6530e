const TOLD_AFTER_MS = 800; // a hand at rest: what changed on the way is not told
const LATE_MS = 1500; // after so long an answer is no longer waited for

// Draws levers and reports each pull while it lasts: the next one goes out when the last was answered, so that the
// server never falls behind the hand.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;

  let holder = parentElement.querySelector(".levers");
  if (!holder) {
    holder = document.createElement("div");
    holder.className = "levers";
    holder.heard = document.createElement("p"); // says the answer to who can't see it change
    holder.heard.className = "heard";
    holder.heard.setAttribute("role", "status");
    parentElement.append(holder, holder.heard);
  }

  const send = (pull) => {
    holder.next = null;
    holder.sentAt = performance.now();
    holder.sent = pull;
    setTriggerValue("pulled", pull);
  };
  const pull = (key, value) => {
    const waits = holder.sentAt && performance.now() - holder.sentAt < LATE_MS;
    const last = holder.next || holder.sent; // letting go of a lever says again where it stands
    if (last && last.key === key && last.value === value) {
      if (!waits) holder.sent = null;
    } else if (waits) holder.next = { key, value };
    else send({ key, value });
  };

  const names = JSON.stringify(data.levers.map((lever) => [lever.key, lever.name]));
  if (holder.dataset.names !== names) {
    holder.replaceChildren(...data.levers.map((lever) => row(lever, holder)));
    holder.dataset.names = names;
  }
  holder.pull = pull;
  const asked = (key) =>
    [holder.held, holder.next?.key, holder.sentAt && holder.turn === data.turn ? holder.sent?.key : null].includes(key);
  data.levers.forEach((lever, place) => show(holder.children[place], lever, asked(lever.key)));

  if (holder.turn !== data.turn) {
    holder.turn = data.turn;
    holder.sentAt = 0;
    if (holder.next) setTimeout(() => holder.next && send(holder.next)); // while this is drawn it would go unheard
    else if (!holder.held) holder.sent = null;
  }
  clearTimeout(holder.telling);
  holder.telling = setTimeout(() => {
    if (holder.heard.textContent !== data.answer) holder.heard.textContent = data.answer;
  }, TOLD_AFTER_MS);
}

function row(lever, holder) {
  const line = document.createElement("div");
  const label = document.createElement("label");
  const name = document.createElement("span");
  const value = document.createElement("output");
  const range = document.createElement("input");
  const back = document.createElement("button");
  range.type = "range";
  range.id = `lever-${lever.key}`;
  label.htmlFor = range.id;
  value.htmlFor = range.id;
  value.setAttribute("aria-live", "off"); // the range says its value itself
  name.textContent = lever.name;
  label.title = lever.meaning;
  range.title = lever.meaning;
  label.append(name, value);
  back.type = "button";

  const hold = () => (holder.held = lever.key);
  const leave = () => (holder.held = null);
  range.oninput = () => {
    hold();
    said(line, Number(range.value));
    holder.pull(lever.key, Number(range.value));
  };
  range.onchange = () => {
    leave();
    holder.pull(lever.key, Number(range.value));
  };
  range.onblur = leave;
  back.onclick = () => {
    holder.pull(lever.key, Number(back.dataset.value));
    range.focus();
  };
  line.append(label, back, range);
  return line;
}

function show(line, lever, held) {
  const [, back, range] = line.children;
  range.min = lever.least;
  range.max = lever.most;
  range.step = lever.step;
  line.dataset.unit = lever.unit;
  if (!held) {
    range.value = lever.value;
    said(line, lever.value);
  }
  back.hidden = lever.first === null || lever.first === lever.value;
  back.dataset.value = lever.first;
  back.textContent = back.hidden ? "" : `back to ${words(lever.first, lever.unit)}`;
  back.setAttribute("aria-label", `${lever.name}: ${back.textContent}`);
}

function said(line, number) {
  const [label, , range] = line.children;
  const text = words(number, line.dataset.unit);
  label.lastChild.textContent = text;
  range.setAttribute("aria-valuetext", text);
  const part = (range.value - range.min) / (range.max - range.min || 1);
  range.style.setProperty("--filled", `${100 * part}%`);
}

function words(number, unit) {
  return `${Number(number).toLocaleString("en-GB")}${unit}`;
}
