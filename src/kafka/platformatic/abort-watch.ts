// Listens to an AbortSignal for many calls with one listener: Node compares a new listener with every other of its
// signal, so that ten thousand calls of one sweep would take seconds to begin.

interface Watch {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/** Calls back when the signal aborts, which it must not have yet. */
export function watchAbort(signal: AbortSignal, callback: () => void): void {
  const watch = watches.get(signal) ?? startWatch(signal);
  watch.callbacks.add(callback);
}

/** Ends it; harmless where it has ended. The signal keeps nothing of what listens no more. */
export function unwatchAbort(signal: AbortSignal, callback: () => void): void {
  const watch = watches.get(signal);
  if (watch === undefined) return;
  watch.callbacks.delete(callback);
  if (watch.callbacks.size > 0) return;
  watches.delete(signal);
  signal.removeEventListener("abort", watch.listener);
}

function startWatch(signal: AbortSignal): Watch {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    watches.delete(signal);
    for (const callback of callbacks) callback();
  };
  const watch = { callbacks, listener };
  watches.set(signal, watch);
  signal.addEventListener("abort", listener, { once: true });
  return watch;
}
