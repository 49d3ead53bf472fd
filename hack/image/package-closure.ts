// Which installed packages a package needs at run time, by the lockfile. Pure: the lockfile is a value.

export interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** By path below the project, such as `node_modules/a/node_modules/b`; the project itself is `""`. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** Paths of `names` and of everything that they need, sorted. Optional ones that are not in the lockfile are left out. */
export function packageClosure(packages: LockedPackages, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const path = resolvePackage(packages, name, from);
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path] ?? {};
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      visit(needed, path);
    }
  };
  for (const name of names) visit(name, "");
  return [...found].toSorted();
}

/** As Node looks for it: below the one that asks, then further out. */
function resolvePackage(packages: LockedPackages, name: string, from: string): string | undefined {
  for (let folder = from; folder !== ""; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = `${folder}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
  }
  const path = `node_modules/${name}`;
  return packages[path] === undefined ? undefined : path;
}
