// Zoom, a cursor across all charts, labels that keep apart, tables of values. Without it the page still shows all.
"use strict";
(() => {
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800];
  const DAY = 86400, ROW_MAX = 7;
  const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const two = (number) => String(number).padStart(2, "0");
  document.documentElement.classList.add("scripted");

  for (const article of document.querySelectorAll("article")) {
    const data = JSON.parse(document.getElementById(article.id + "-charts").textContent);
    const all = (selector, within) => [...(within || article).querySelectorAll(selector)];
    const whole = [0, Math.max(data.seconds, 1)];
    const plots = all(".area > svg"), areas = all(".plotted > .area, .heat > .area");
    const every = all(".area"), cursors = all(".cursor");
    const range = article.querySelector(".range");
    let view = whole;

    // Local time: the civil seconds of a second of the replay.
    const shift = (t) => data.shifts.reduce((found, [from, by]) => (from <= t ? by : found), 0);
    const civil = (t) => new Date((data.origin + t + shift(t)) * 1000);
    const clock = (t, hasSeconds) => {
      const it = civil(t);
      return two(it.getUTCHours()) + ":" + two(it.getUTCMinutes()) + (hasSeconds ? ":" + two(it.getUTCSeconds()) : "");
    };
    const date = (t) => { const it = civil(t); return DAYS[it.getUTCDay()] + " " + it.getUTCDate() + " " + MONTHS[it.getUTCMonth()]; };
    const moment = (t) => (data.seconds > DAY ? date(t) + " " : "") + clock(t, true);

    const step = (seconds, most) => {
      for (const step of STEPS) if (seconds / step <= most) return step;
      return 7 * DAY * Math.ceil(seconds / (7 * DAY * most));
    };
    const ticks = (from, to, most) => {
      const by = step(to - from, most), found = [];
      data.shifts.forEach(([begins, shift], index) => {
        const last = index + 1 === data.shifts.length, ends = last ? to : Math.min(to, data.shifts[index + 1][0]);
        const zero = data.origin + shift, first = Math.max(from, begins);
        for (let local = Math.ceil((zero + first) / by) * by; local - zero <= ends; local += by) {
          const t = local - zero;
          if (t === ends && !last) break;
          const isDay = local % DAY === 0 && by >= 3600;
          found.push([t, isDay ? date(t) : clock(t, by < 60)]);
        }
      });
      return found;
    };
    const place = (t) => ((t - view[0]) / (view[1] - view[0])) * 100;

    const drawTicks = () => {
      for (const box of all(".ticks")) {
        const most = Math.max(2, Math.min(data.ticks_max, Math.floor(box.clientWidth / 62)));
        box.replaceChildren(...ticks(view[0], view[1], most).map(([t, label]) => {
          const tick = document.createElement("span");
          tick.style.left = place(t) + "%";
          tick.className = place(t) < 3 ? "first" : place(t) > 97 ? "last" : "";
          tick.style.display = "inline";
          tick.textContent = label;
          return tick;
        }));
      }
    };
    const drawMarks = () => {
      for (const mark of all("[data-t]")) {
        const at = place(+mark.dataset.t);
        mark.style.left = at + "%";
        mark.style.visibility = at < 0 || at > 100 ? "hidden" : "";
      }
      for (const bar of all("[data-from]")) {
        const from = Math.max(place(+bar.dataset.from), -1), to = Math.min(place(+bar.dataset.to), 101);
        bar.style.left = from + "%";
        bar.style.width = Math.max(to - from, 0) + "%";
        bar.style.visibility = to <= 0 || from >= 100 ? "hidden" : "";
      }
    };
    // Labels keep out of each other's way: each takes the first row in which there is room.
    const arrange = () => {
      for (const area of all(".strip .area")) {
        const width = area.clientWidth, ends = [];
        let rows = 1;
        for (const mark of all(".moment", area)) {
          const at = place(+mark.dataset.t);
          if (at < 0 || at > 100) continue;
          const x = (at / 100) * width, wide = mark.offsetWidth + 8;
          const flips = x + wide > width && x - wide > -20;
          const begins = flips ? x - wide : x - 6;
          let row = ends.findIndex((end) => end <= begins);
          if (row < 0) row = ends.length < ROW_MAX ? ends.length : ends.indexOf(Math.min(...ends));
          ends[row] = begins + wide;
          rows = Math.max(rows, row + 1);
          mark.classList.toggle("flip", flips);
          mark.style.setProperty("--row", row);
          const line = mark.previousElementSibling;
          if (line && line.className === "lasts" && line.dataset.from === mark.dataset.t) line.style.setProperty("--row", row);
        }
        area.style.setProperty("--rows", rows);
      }
    };
    const show = (from, to) => {
      const least = Math.max(data.seconds / 5000, 1);
      if (to - from < least) [from, to] = [(from + to - least) / 2, (from + to + least) / 2];
      view = [Math.max(whole[0], from), Math.min(whole[1], to)];
      for (const plot of plots) {
        const { y, height } = plot.viewBox.baseVal;
        plot.setAttribute("viewBox", `${view[0]} ${y} ${view[1] - view[0]} ${height}`);
      }
      drawTicks(); drawMarks(); arrange();
      range.textContent = moment(view[0]) + " – " + moment(view[1]);
      article.dataset.view = view.join(",");
      for (const button of all("[data-view]", article.querySelector(".tools"))) {
        const [a, b] = button.dataset.view.split(",").map(Number);
        button.setAttribute("aria-pressed", String(Math.abs(a - view[0]) < 1 && Math.abs(b - view[1]) < 1));
      }
    };

    const second = (area, event) => {
      const box = area.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      return view[0] + share * (view[1] - view[0]);
    };
    const values = all("figure").map((figure) => [data.charts[+figure.dataset.chart], all(".legend output", figure)]);
    const point = (t) => {
      let low = 0, high = data.at.length - 1;
      while (low < high) { const middle = (low + high) >> 1; if (data.at[middle] < t) low = middle + 1; else high = middle; }
      return low;
    };
    // Of many lines the axis alone says the unit.
    const unit = (chart) => (article.classList.contains("compared") ? "" : " " + chart.unit);
    const showCursor = (t) => {
      const left = place(t) + "%", at = point(t);
      for (const cursor of cursors) { cursor.style.left = left; cursor.style.display = "block"; }
      for (const [chart, outputs] of values) {
        chart.lines.forEach((line, index) => {
          const value = line.values[at];
          outputs[index].textContent = value == null ? "–" : value.toLocaleString("en") + unit(chart);
        });
      }
      range.textContent = moment(t);
    };
    const hideCursor = () => {
      for (const cursor of cursors) cursor.style.display = "none";
      for (const [, outputs] of values) for (const output of outputs) output.textContent = "";
      range.textContent = moment(view[0]) + " – " + moment(view[1]);
    };

    let drag = null, chosen = [];
    const choose = (from, to) => {
      if (!chosen.length) chosen = areas.map((area) => area.appendChild(Object.assign(document.createElement("div"), { className: "chosen" })));
      for (const box of chosen) { box.style.left = place(Math.min(from, to)) + "%"; box.style.width = Math.abs(place(to) - place(from)) + "%"; }
    };
    const release = () => { for (const box of chosen) box.remove(); chosen = []; drag = null; };
    for (const area of every) {
      area.addEventListener("pointermove", (event) => {
        const t = second(area, event);
        showCursor(t);
        if (drag !== null) choose(drag.t, t);
      });
      area.addEventListener("pointerleave", () => { if (drag === null) hideCursor(); });
    }
    for (const area of areas) {
      area.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        drag = { t: second(area, event), x: event.clientX };
        area.setPointerCapture(event.pointerId);
      });
      area.addEventListener("pointerup", (event) => {
        if (drag !== null && Math.abs(event.clientX - drag.x) > 5) {
          const t = second(area, event);
          show(Math.min(drag.t, t), Math.max(drag.t, t));
        }
        release();
      });
      area.addEventListener("pointercancel", release);
      area.addEventListener("dblclick", () => show(...whole));
    }
    for (const button of all(".tools button")) {
      button.addEventListener("click", () => show(...button.dataset.view.split(",").map(Number)));
    }
    // A variant is put away, or shown, wherever it has a line or a lane.
    for (const button of all("button[data-variant]")) {
      button.addEventListener("click", () => {
        const number = button.dataset.variant, isShown = button.getAttribute("aria-pressed") !== "true";
        for (const it of all(`[data-variant="${number}"]`)) it.setAttribute("aria-pressed", String(isShown));
        for (const it of all(`[data-of="${number}"]`)) it.classList.toggle("away", !isShown);
      });
    }

    for (const details of all("details.values")) {
      details.addEventListener("toggle", () => {
        if (!details.open || details.children.length > 1) return;
        const chart = data.charts[+details.closest("figure").dataset.chart];
        const table = document.createElement("table"), box = document.createElement("div");
        const add = (section, kind, texts) => {
          const row = section.insertRow();
          for (const text of texts) row.appendChild(Object.assign(document.createElement(kind), { textContent: text }));
        };
        add(table.createTHead(), "th", ["local time", ...chart.lines.map((line) => line.name + ", " + chart.unit)]);
        const body = table.createTBody();
        data.at.forEach((t, at) => add(body, "td", [moment(t), ...chart.lines.map((line) => line.values[at] ?? "–")]));
        box.className = "table";
        box.tabIndex = 0;
        box.append(table);
        details.append(box);
      });
    }

    // What was folded up had no width when its labels were laid out.
    for (const details of all("details:not(.values)")) details.addEventListener("toggle", () => show(...view));

    let width = 0;
    new ResizeObserver(() => {
      if (width !== article.clientWidth) { width = article.clientWidth; show(...view); }
    }).observe(article);
  }
})();
