// Live events of one person. When the stream breaks, it is taken up again with growing pauses.

const KINDS = ["message", "deleted", "chat", "callback_answer"];
const LONGEST_PAUSE_MS = 5000;

/** Follow a person's events; `onOpen` runs at each (re)connection. Return a function that ends it. */
export function follow(userId, { onEvent, onOpen, onLost }) {
  let source = null;
  let timer = null;
  let pause = 250;
  const connect = () => {
    source = new EventSource(`/sim/events?user_id=${userId}`);
    source.onopen = () => {
      pause = 250;
      onOpen();
    };
    source.onerror = () => {
      source.close();
      onLost();
      timer = setTimeout(connect, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
    for (const kind of KINDS) source.addEventListener(kind, (event) => onEvent(JSON.parse(event.data)));
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
