// Health of our kinds in the words of Flux (`healthCheckExprs` of a Kustomization). Flux itself waits for the observed
// generation first, evaluates in this order, and takes what nothing fits for in progress. A field that is missing is an
// error there, hence `has`; `status` is never missing, the CRDs give it its default.

export const HEALTH_EXPRESSIONS = {
  inProgress:
    "has(metadata.deletionTimestamp) || !has(status.conditions) || " +
    "status.conditions.exists(c, c.type == 'Reconciling' && c.status == 'True')",
  failed: "status.conditions.exists(c, c.type == 'Stalled' && c.status == 'True')",
  current: "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
} as const;
