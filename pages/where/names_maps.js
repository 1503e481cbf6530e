// Calls each map by what it shows: the library that draws them calls every one "Map", and a screen reader lists them by that.
const TRIES = 40, PAUSE_MS = 250;

export default function ({ data }) {
  let left = TRIES;
  const name = () => {
    const maps = document.querySelectorAll('[data-testid="stDeckGlJsonChart"] canvas.mapboxgl-canvas');
    maps.forEach((map, at) => map.setAttribute("aria-label", `Map: ${data.names[at] ?? at + 1}`));
    left -= 1;
    if (maps.length < data.names.length && left > 0) setTimeout(name, PAUSE_MS);
  };
  name();
}
