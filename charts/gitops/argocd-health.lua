-- Health of a TrainingRecipe for Argo CD: resource.customizations.health.distillery.dev_TrainingRecipe in argocd-cm.
local health = {status = "Progressing", message = "the operator has not looked at this generation yet"}

local status = obj.status
if status == nil or status.conditions == nil or status.observedGeneration ~= obj.metadata.generation then
  return health
end

local message = {}
for _, condition in ipairs(status.conditions) do
  if condition.status == "True" then
    message[condition.type] = condition.message or condition.reason
  end
end

if message.Failed ~= nil then
  return {status = "Degraded", message = message.Failed}
elseif message.Ready ~= nil then
  return {status = "Healthy", message = message.Ready}
elseif message.Suspended ~= nil then
  return {status = "Suspended", message = message.Suspended}
end
health.message = status.message
return health
