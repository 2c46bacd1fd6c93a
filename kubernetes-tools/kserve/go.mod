module distillery.dev/kubernetes-tools/kserve

go 1.25.0

require github.com/kserve/kserve v0.20.0
