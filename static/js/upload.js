// XMLHttpRequest, because fetch() does not report how much of a body has been sent.

/** Post `data`; resolves to `{ status, body }` with the answer's JSON or null, and rejects when no answer came. */
export function send(url, data, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "text";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => resolve({ status: request.status, body: parse(request.responseText) }));
    request.addEventListener("error", () => reject(new Error("no answer")));
    request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(data);
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
