-- Health of an EventBus, EventTopic, RetentionPolicy or ConsumerGroup for Argo CD, which knows no kstatus of custom
-- resources. `obj` is the object as the API server holds it; only what Lua 5.1 and later have in common is used.
local health = { status = "Progressing", message = "The operator has not looked at this generation yet" }

if obj.metadata.deletionTimestamp ~= nil then
  health.message = "Being deleted"
end

local conditions = {}
local status = obj.status
if status ~= nil and status.conditions ~= nil then
  for _, condition in ipairs(status.conditions) do
    conditions[condition.type] = condition
  end
end
local ready = conditions["Ready"]

if obj.metadata.deletionTimestamp ~= nil then
  -- Its message says what a deletion waits for.
  if conditions["Stalled"] ~= nil and conditions["Stalled"].status == "True" and ready ~= nil then
    health.message = ready.reason .. ": " .. ready.message
  end
  return health
end

if obj.spec ~= nil and obj.spec.suspend == true then
  return { status = "Suspended", message = "spec.suspend is true" }
end

if ready == nil or status.observedGeneration ~= obj.metadata.generation then
  return health
end

health.message = ready.reason .. ": " .. ready.message
if conditions["Stalled"] ~= nil and conditions["Stalled"].status == "True" then
  health.status = "Degraded"
elseif ready.status == "True" then
  health.status = "Healthy"
elseif conditions["Reconciling"] == nil or conditions["Reconciling"].status ~= "True" then
  health.status = "Degraded"
end
return health
