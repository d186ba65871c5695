// Groups of faces as they are moved about. Nothing of this leaves the browser before a group is enrolled.

/** Return the groups of a job's answer; the last one holds faces that are like no other. */
export function groupsOf(result) {
  const groups = result.groups
    .filter((group) => group.label >= 0)
    .map((group) => ({ name: "", faces: [...group.faces], person: null }));
  const alone = result.groups.find((group) => group.label < 0);
  return { groups, alone: alone ? [...alone.faces] : [] };
}

/** Put faces together into a new group; groups that have no face left go. */
export function split(state, faces) {
  take(state, faces);
  state.groups.unshift({ name: "", faces: [...faces], person: null });
  tidy(state);
}

/** Put faces into a group that is there. */
export function move(state, faces, group) {
  take(state, faces);
  group.faces.push(...faces);
  tidy(state);
}

/** Say of faces that they are not the person of their group: they stand alone. */
export function setApart(state, faces) {
  take(state, faces);
  state.alone.push(...faces);
  tidy(state);
}

/** Make two groups one. */
export function merge(state, group, other) {
  other.faces.push(...group.faces);
  if (!other.name) other.name = group.name;
  group.faces = [];
  tidy(state);
}

function take(state, faces) {
  const taken = new Set(faces);
  for (const group of state.groups) group.faces = group.faces.filter((face) => !taken.has(face));
  state.alone = state.alone.filter((face) => !taken.has(face));
}

function tidy(state) {
  state.groups = state.groups.filter((group) => group.faces.length > 0);
}
