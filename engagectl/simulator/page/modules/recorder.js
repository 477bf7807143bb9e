// Voice from the microphone, in the best format that the browser records.

const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

/** Tell whether this browser, at this address, can record. */
export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

/** Begin to record; the result's `finish()` gives the file. Throws when the microphone is refused. */
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType } : {});
  const pieces = [];
  const began = performance.now();
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.start(1000);
  const seconds = () => (performance.now() - began) / 1000;
  return { seconds, finish: () => finish(recorder, stream, pieces) };
}

function finish(recorder, stream, pieces) {
  return new Promise((resolve) => {
    recorder.addEventListener("stop", () => {
      stream.getTracks().forEach((track) => track.stop());
      const type = recorder.mimeType.split(";")[0];
      const ending = { "audio/ogg": "ogg", "audio/mp4": "m4a" }[type] ?? "webm";
      resolve(new File(pieces, `voice.${ending}`, { type }));
    });
    recorder.stop();
  });
}
