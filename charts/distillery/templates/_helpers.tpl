{{- define "distillery.labels" -}}
{{ include "distillery.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: distillery
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "distillery.selector" -}}
app.kubernetes.io/name: distillery
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "distillery.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}-operator
{{- end }}

{{/* Of what is not in a namespace: two releases of one name must not meet. */}}
{{- define "distillery.clusterName" -}}
{{ printf "%s-%s" .Release.Namespace (include "distillery.name" .) }}
{{- end }}

{{- define "distillery.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "distillery.name" .) }}
{{- end }}

{{- define "distillery.image" -}}
{{ .Values.image.repository }}
{{- if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* What the operator may do where recipes lie; docs/architecture.md says what for. */}}
{{- define "distillery.recipeRules" -}}
- apiGroups: [distillery.dev]
  resources: [trainingrecipes]
  verbs: [get, list, watch]
- apiGroups: [distillery.dev]
  resources: [trainingrecipes/status]
  verbs: [get, patch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, create, patch, delete]
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, create]
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, create, patch]
- apiGroups: [kueue.x-k8s.io]
  resources: [workloads]
  verbs: [list, watch]
- apiGroups: [serving.kserve.io]
  resources: [inferenceservices]
  verbs: [get, list, watch, create, patch, delete]
{{- end }}
