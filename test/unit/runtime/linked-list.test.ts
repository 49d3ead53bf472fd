import { expect } from "chai";
import { describe, it } from "mocha";

import { LinkedList } from "../../../src/runtime/linked-list.ts";

describe("LinkedList", () => {
  it("gives back what was put in, in that order, without what was taken out", () => {
    const list = new LinkedList<number>();
    const nodes = [1, 2, 3, 4, 5].map((value) => list.push(value));
    for (const index of [0, 2, 4]) expect(list.remove(nodes[index] ?? { value: 0 })).to.equal(true);
    expect(list.size).to.equal(2);
    list.push(6);
    expect([list.shift(), list.shift(), list.shift(), list.shift()]).to.deep.equal([2, 4, 6, undefined]);
    expect(list.size).to.equal(0);
  });

  it("takes no notice of a node that is out already", () => {
    const list = new LinkedList<number>();
    const node = list.push(1);
    list.push(2);
    expect([list.remove(node), list.remove(node)]).to.deep.equal([true, false]);
    expect(list.size).to.equal(1);
  });
});
