// Line icons, drawn for this page on a grid of 24.

const NAMESPACE = "http://www.w3.org/2000/svg";
const PATHS = {
  people:
    "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM2 21c0-4 3-6.500 7-6.500S16 17 16 21M16 3.500a4 4 0 0 1 0 7M18 14.800c2.500.8 4 3 4 6.200",
  identify:
    "M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2M9 9.500v1M15 9.500v1M9 14.500c1.800 1.600 4.200 1.600 6 0",
  compare: "M12 3v18M3 6h5v12H3zM16 6h5v12h-5z",
  review: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.500 13.500v6M13.500 16.500h6",
  live: "M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7.500 16.500a6.400 6.400 0 0 1 0-9M16.500 7.500a6.400 6.400 0 0 1 0 9M4.700 19.300a10.300 10.300 0 0 1 0-14.600M19.300 4.700a10.300 10.300 0 0 1 0 14.600",
  system: "M4 19V9M10 19V5M16 19v-7M21 19H3",
  reports: "M6 3h8l4 4v14H6zM14 3v4h4M9 17v-3M12 17v-6M15 17v-2",
  keys: "M8 15a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 11h9v4M17 11v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  add: "M12 5v14M5 12h14",
  camera: "M4 8h3l1.500-2.500h7L17 8h3v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z",
  upload: "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.500 15.500 21 21",
  photo: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 4M15.500 9.500h.01",
  back: "M15 5l-7 7 7 7",
  out: "M10 4H4v16h6M15 8l4 4-4 4M19 12H9",
};

/** Return an icon that screen readers pass over. */
export function icon(name) {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
