// The user's JDK: of JAVA_HOME where that is set, else from PATH.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** @param {"java" | "javac" | "jar"} name */
export function jdkProgram(name) {
  const home = process.env["JAVA_HOME"];
  return home === undefined || home === "" ? name : join(home, "bin", name);
}

/**
 * What `java -version` says, one JVM and build; undefined when there is no Java.
 *
 * @returns {Promise<string | undefined>}
 */
export async function javaVersion() {
  try {
    const { stderr, stdout } = await promisify(execFile)(jdkProgram("java"), ["-version"]);
    return `${stderr}${stdout}`;
  } catch {
    return undefined;
  }
}
