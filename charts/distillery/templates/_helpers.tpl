{{- define "distillery.labels" -}}
app.kubernetes.io/name: distillery
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: distillery
{{- end }}

{{- define "distillery.selector" -}}
app.kubernetes.io/name: distillery
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "distillery.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}-operator
{{- end }}

{{- define "distillery.progressSecret" -}}
{{ .Values.progress.existingSecret | default (printf "%s-progress" (include "distillery.name" .)) }}
{{- end }}
