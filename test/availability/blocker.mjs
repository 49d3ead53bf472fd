// Loaded before the bundle: blocks the event loop when the test says so. The channel must not keep the process alive.

process.on("message", (/** @type {{ block: number }} */ { block }) => {
  const end = performance.now() + block;
  while (performance.now() < end);
});
process.channel?.unref();
