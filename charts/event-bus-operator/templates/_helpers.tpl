{{/* Names, labels, and what several templates ask. */}}

{{- define "operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What the names of all objects begin with; the longest ending has ten characters. */}}
{{- define "operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else if contains .Chart.Name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "operator.labels" -}}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "operator.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "operator.fullname" .) }}
{{- end }}

{{/* Port of the metrics server; empty where it is off. */}}
{{- define "operator.metricsPort" -}}
{{- $address := .Values.settings.metricsAddress | default ":8080" }}
{{- if ne $address "0" }}{{ regexFind "[0-9]+$" $address }}{{ end }}
{{- end }}

{{/* Environment variables of the settings; an empty value stands for the default. */}}
{{- define "operator.settingsEnv" -}}
{{- range $name, $variable := .Files.Get "files/settings.yaml" | fromYaml }}
{{- $value := index $.Values.settings $name }}
{{- $text := kindIs "slice" $value | ternary (join "," ($value | default list)) (toString $value) }}
{{- if ne $text "" }}
- name: {{ $variable }}
  value: {{ $text | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* A binding of the role `roleKind`/`role` to the operator's account: dict root kind name namespace roleKind role. */}}
{{- define "operator.binding" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "operator.labels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .roleKind }}
  name: {{ .role | default .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "operator.serviceAccountName" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}

{{/* A Role with its binding: dict root name namespace rules. */}}
{{- define "operator.role" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ .name }}
  namespace: {{ .namespace }}
  labels:
    {{- include "operator.labels" .root | nindent 4 }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
{{ include "operator.binding" (dict "root" .root "kind" "RoleBinding" "name" .name "namespace" .namespace "roleKind" "Role") }}
{{- end }}

{{/* Rules for other names than they give; with `always` also those that give none: dict rules names always. */}}
{{- define "operator.namedRules" -}}
{{- $named := list }}
{{- range .rules }}
{{- $rule := deepCopy . }}
{{- if or .resourceNames $.always }}
{{- $_ := set $rule "resourceNames" $.names }}
{{- end }}
{{- $named = append $named $rule }}
{{- end }}
{{- toYaml $named }}
{{- end }}
