// JVM flags with which a small Kafka program starts quickly and stays small.

/**
 * Memory is taken from the system only when it is used, so `heapMb` may be generous. `scratch` is where the native
 * libraries of the compression codecs are unpacked.
 */
export function jvmFlags(options: { readonly heapMb: number; readonly scratch: string }): string[] {
  return [
    "-Xms24m",
    `-Xmx${options.heapMb}m`,
    "-XX:+UseSerialGC",
    // Only the quick compiler: a short-lived program never earns back the other.
    "-XX:TieredStopAtLevel=1",
    "-Xss512k",
    "-XX:MaxDirectMemorySize=64m",
    "-XX:ReservedCodeCacheSize=48m",
    // A killed JVM would leave its statistics in the system's temporary folder, and its libraries.
    "-XX:-UsePerfData",
    `-Djava.io.tmpdir=${options.scratch}`,
  ];
}
