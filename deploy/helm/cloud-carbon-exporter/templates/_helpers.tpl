{{- define "carbon.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "carbon.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | replace "." "-" | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | replace "." "-" | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "carbon.selector" -}}
app.kubernetes.io/name: {{ include "carbon.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "carbon.labels" -}}
{{ include "carbon.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end -}}

{{- /* Labels with those of the values among them, each key once; what selects stays: (list $ .Values.podLabels). */ -}}
{{- define "carbon.labelsWith" -}}
{{- $selector := include "carbon.selector" (first .) | fromYaml -}}
{{- merge $selector (last .) (include "carbon.labels" (first .) | fromYaml) | toYaml -}}
{{- end -}}

{{- /* OpenShift gives each namespace users and groups of its own, and refuses a pod that names others. */ -}}
{{- define "carbon.podSecurityContext" -}}
{{- $context := .Values.podSecurityContext -}}
{{- if .Capabilities.APIVersions.Has "security.openshift.io/v1" -}}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- /* Not empty where something says what to explore. */ -}}
{{- define "carbon.explores" -}}
{{- with .Values -}}
{{- with .config -}}
{{- if or .targets (index . "cloud.provider") (index . "demo.enabled") }}config{{ end -}}
{{- with .cloud }}{{ .provider }}{{ end -}}
{{- with .demo }}{{ if .enabled }}demo{{ end }}{{ end -}}
{{- end -}}
{{- range .extraArgs }}{{ if regexMatch "^--?(cloud.provider|demo.enabled|config.file)\\b" . }}{{ . }}{{ end }}{{ end -}}
{{- range .env }}{{ if has .name (list "CLOUD_CARBON_CLOUD_PROVIDER" "CLOUD_CARBON_DEMO_ENABLED") }}{{ .name }}{{ end }}{{ end -}}
{{- .existingConfigSecret }}{{ .existingSecret }}{{ with .envFrom }}envFrom{{ end -}}
{{- end -}}
{{- end -}}

{{- /*
Names of the service within the cluster that have a dot and no .svc. Empty where something else says, or may say, by
what names the exporter is asked: a flag would win over it.
*/ -}}
{{- define "carbon.allowedHosts" -}}
{{- $said := "" -}}
{{- with .Values -}}
{{- if regexMatch "allowed[-_]hosts" (toJson .config) }}{{ $said = "config" }}{{ end -}}
{{- range .extraArgs }}{{ if regexMatch "^--?(web.allowed[-_]hosts|config.file)\\b" . }}{{ $said = . }}{{ end }}{{ end -}}
{{- range .env }}{{ if eq .name "CLOUD_CARBON_WEB_ALLOWED_HOSTS" }}{{ $said = .name }}{{ end }}{{ end -}}
{{- if or .existingConfigSecret .existingSecret .envFrom }}{{ $said = "another" }}{{ end -}}
{{- end -}}
{{- if not $said -}}
{{- $name := printf "%s.%s" (include "carbon.fullname" .) .Release.Namespace -}}
{{- printf "%s,*.%s" $name $name -}}
{{- end -}}
{{- end -}}

{{- define "carbon.required" -}}
{{- if not (include "carbon.explores" .) -}}
{{- fail `
Nothing says what to explore. Put it into a file of values, and give Helm that file (--values carbon.yml):

config:
  targets:
    - {provider: aws, name: prod, role_arn: "arn:aws:iam::111111111111:role/carbon"}

provider is aws, gcp or scw. To look at a made-up estate: --set config.demo.enabled=true` -}}
{{- end -}}
{{- end -}}

{{- define "carbon.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "carbon.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}
