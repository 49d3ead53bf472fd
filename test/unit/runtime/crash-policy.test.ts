import { EventEmitter } from "node:events";

import { expect } from "chai";
import { describe, it } from "mocha";

import { guardAgainstCrashes } from "../../../src/runtime/crash-policy.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";

describe("guardAgainstCrashes()", () => {
  for (const kind of ["unhandledRejection", "uncaughtException"]) {
    it(`tells of an ${kind} with its error, and ends the process once`, () => {
      const process = new EventEmitter();
      const log = new RecordingLogger();
      let crashes = 0;
      guardAgainstCrashes(process, log, () => (crashes += 1));
      const error = new Error("Nobody caught this", { cause: new Error("The root") });
      process.emit(kind, error);
      process.emit(kind, error);
      expect(crashes).to.equal(1);
      expect(log.lines[0]?.fields).to.deep.equal({ kind, error });
      expect(log.messages("error")).to.have.length(2);
    });
  }

  it("leaves the process as it was when it ends", () => {
    const process = new EventEmitter();
    guardAgainstCrashes(process, new RecordingLogger(), () => {})();
    expect(process.eventNames()).to.deep.equal([]);
  });
});
