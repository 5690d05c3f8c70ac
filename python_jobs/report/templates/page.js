"use strict";
(() => {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  // a file opened from disk may not be allowed to remember anything
  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* it is shown, and forgotten */ } },
  };

  // charts

  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const drawn = new Map();

  function config(width) {
    const axis = { labelColor: colour("muted"), titleColor: colour("muted"), gridColor: colour("line"), domainColor: colour("line"), tickColor: colour("line"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, labelPadding: 4 };
    return {
      background: "transparent", font: getComputedStyle(document.body).fontFamily, view: { stroke: null }, aria: false, axis,
      axisY: { domain: false, ticks: false, tickCount: 5 },
      legend: { labelColor: colour("ink"), titleColor: colour("muted"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, orient: "top", offset: 6, symbolStrokeWidth: 3, titleLimit: width, labelLimit: width - 40, columns: width < 420 ? 1 : 0 },
      range: { category: [1, 2, 3, 4, 5, 6].map((number) => colour(`series${number}`)) },
    };
  }

  async function draw(chart) {
    const text = JSON.stringify(specs[chart.dataset.chart]);
    const spec = JSON.parse(text.replace(/"\$([\w-]+)"/g, (_, name) => JSON.stringify(colour(name))));
    if (chart.dataset.key) {
      const rows = data[chart.dataset.key][chart.dataset.chart];
      spec.datasets = { holder: rows };
      if (spec.height.step) spec.height = spec.height.step * rows.length;
    }
    drawn.get(chart)?.finalize();
    drawn.set(chart, null);
    drawn.set(chart, await window.vegaEmbed(chart, spec, { mode: "vega-lite", actions: false, renderer: "svg", logLevel: 1, config: config(chart.clientWidth), tooltip: { theme: "custom" } }));
    // what the label around it says is all that can be read aloud
    chart.querySelector("svg").setAttribute("aria-hidden", "true");
    chart.dataset.drawn = "";
  }

  const drawAll = (within) => Promise.all(
    all(".chart", within).filter((chart) => !drawn.has(chart) && !chart.closest("details:not([open])")).map(draw),
  );

  // views

  const tabs = all("[role=tab]");
  function show(tab) {
    for (const other of tabs) {
      const isShown = other === tab;
      other.setAttribute("aria-selected", isShown);
      other.tabIndex = isShown ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).toggleAttribute("data-off", !isShown);
    }
    drawAll(document.getElementById(tab.getAttribute("aria-controls")));
  }
  const named = () => tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash) ?? tabs[0];
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
      show(tab);
      scrollTo(0, 0);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = { Home: 0, End: tabs.length - 1 }[event.key] ?? (step && (tabs.indexOf(tab) + step + tabs.length) % tabs.length);
      if (next === undefined) return;
      event.preventDefault();
      tabs[next].focus();
      tabs[next].click();
    });
  }
  addEventListener("hashchange", () => show(named()));

  // light and dark

  const wantsDark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("scheme");
  function paint() {
    const scheme = memory.get("scheme") ?? (wantsDark.matches ? "dark" : "light");
    root.dataset.scheme = scheme;
    button.textContent = scheme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${button.textContent.toLowerCase()} colours`);
    [...drawn.keys()].forEach(draw);
  }
  button.addEventListener("click", () => {
    memory.set("scheme", root.dataset.scheme === "dark" ? "light" : "dark");
    paint();
  });
  wantsDark.addEventListener("change", paint);

  // rows

  for (const row of all("details[data-key]")) row.addEventListener("toggle", () => row.open && drawAll(row));
  for (const box of all(".done")) {
    box.checked = memory.get(box.dataset.key) === "set";
    box.addEventListener("change", () => memory.set(box.dataset.key, box.checked ? "set" : ""));
  }
  for (const tools of all(".tools")) {
    const list = tools.parentElement.querySelector(".budgets");
    const find = tools.querySelector(".find");
    const picks = all(".pick", tools);
    const filter = () => {
      const wanted = find.value.trim().toLowerCase();
      const picked = picks.find((pick) => pick.getAttribute("aria-pressed") === "true").dataset.pick;
      for (const row of list.children) {
        const isNamed = row.querySelector(".name").textContent.toLowerCase().includes(wanted);
        row.hidden = !(isNamed && (picked === "all" || row.dataset.direction === picked));
      }
      tools.parentElement.querySelector(".nothing").hidden = [...list.children].some((row) => !row.hidden);
    };
    find.addEventListener("input", filter);
    for (const pick of picks) {
      pick.addEventListener("click", () => {
        for (const other of picks) other.setAttribute("aria-pressed", other === pick);
        filter();
      });
    }
  }
  const SHOWN = 10;
  for (const long of all(".long")) {
    const rows = [...(long.tBodies ? long.tBodies[0].rows : long.children)];
    if (rows.length <= SHOWN + 2) continue;
    const more = Object.assign(document.createElement("button"), { type: "button", className: "quiet more-rows", textContent: `Show all ${rows.length}` });
    for (const row of rows.slice(SHOWN)) row.hidden = true;
    more.addEventListener("click", () => {
      for (const row of rows) row.hidden = false;
      more.remove();
    });
    (long.closest(".scroll") ?? long).after(more);
  }

  // whoever opens it later

  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  for (const late of all(".late")) late.hidden = today <= late.dataset.until;

  // where a number is from

  document.addEventListener("pointerover", (event) => {
    const number = event.target.closest("[data-column]");
    if (number && !number.title) number.title = (number.dataset.computed ? "made of " : "") + number.dataset.column.replaceAll(" ", ", ");
  });

  paint();
  show(named());
  // the other views too, so that they are there at once and in print
  (window.requestIdleCallback ?? setTimeout)(() => drawAll(document));
})();
