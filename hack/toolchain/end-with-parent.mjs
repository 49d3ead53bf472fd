// Loaded into a process that was started with an IPC channel: asks it to end when its parent has died.

process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
