// Sends one edit or many: each photo is a request of its own with a nonce of its own, so whatever is sent again is one edit.

import { send } from "./upload.js";

const AT_ONCE = 2;

/** A UUID; crypto.randomUUID() is missing where a site is used without TLS. */
export function uuid() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

/** The form with this job's photo. Sent again unchanged it has the same nonce; what was changed since is another edit. */
function dataOf(job, fields, batch, place) {
  const data = new FormData();
  for (const [name, value] of fields) if (!["photo", "nonce", "batch"].includes(name)) data.append(name, value);
  const wanted = JSON.stringify([...data, job.changes]);
  if (job.wanted !== wanted) Object.assign(job, { wanted, nonce: uuid() });
  data.set("nonce", job.nonce);
  if (batch) data.set("batch", batch);
  // What is sent again keeps its place.
  if (batch) data.set("place", (job.place ??= place));
  const file = job.copy?.file ?? job.file;
  if (file) data.set("photo", file, file.name);
  return data;
}

/** What became of one job: `{ status, body }`, status 0 if no answer came. */
async function sendOne(job, url, data, onProgress, signal) {
  Object.assign(job, { state: "sending", progress: 0 });
  const follow = (part) => onProgress((job.progress = part));
  job.answer = await send(url, data, { onProgress: follow, signal }).catch(() => ({ status: 0, body: null }));
  job.state = job.answer.status === 201 ? "sent" : signal.aborted ? "" : "failed";
  onProgress(job.progress);
}

/** Send `jobs`. No more are started once it is clear that the rest would fail, too: no connection, or a limit reached. */
export async function sendAll(jobs, { url, fields, batch, onProgress, signal }) {
  const waiting = jobs.map((job, place) => [job, dataOf(job, fields, batch, place)]);
  const worker = async () => {
    while (waiting.length && !signal.aborted) {
      const [job, data] = waiting.shift();
      await sendOne(job, url, data, onProgress, signal);
      if (![201, 400].includes(job.answer.status)) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
