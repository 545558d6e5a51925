"""Kubernetes: who uses the nodes of a cluster, and the nodes split by it.

settings     what is configured
queries      what is asked: one query a metric, whatever its version calls it
sources      who may be asked: a Prometheus, Cockpit, a cloud's own monitoring
spending     what asking costs, and how often it may be
prometheus   asks one Prometheus
cloud_monitoring  asks Google's, of GKE
container_insights  asks AWS', of EKS
amounts      what a source says that knows no pods, by node
node_pool    the same of one that knows not even on which node they are
usage        what its answers say: nodes, and who uses and asks for what on each
pod_labels   labels of what is told of each pod
owners       from pods to the workloads they belong to
feed         asks in time, keeps the last good answer, tells how it went
splitting    joins nodes with machines: what each workload draws and emits
shares       whose each node was over time, for the counters
counters     joules and grams by workload
"""
