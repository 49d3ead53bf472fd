// Preloaded into a process that is measured: tells over IPC what the process has cost so far. Plain JavaScript, so that
// it takes no memory worth mentioning; it never keeps the process alive.

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuSeconds: (user + system) / 1e6,
    rssMb: process.memoryUsage.rss() / 1024 ** 2,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  });
});
process.channel?.unref();
