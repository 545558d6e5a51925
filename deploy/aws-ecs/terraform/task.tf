locals {
  # The container has no file of ours: the configuration comes as a variable, and the shell hands it on and steps aside.
  start = <<-EOT
    exec cloud-carbon-exporter -config.file=/dev/stdin "$@" <<CONFIG
    $CARBON_CONFIG
    CONFIG
  EOT

  state = var.state == null ? [] : [{
    sourceVolume  = "state"
    containerPath = "/var/lib/cloud-carbon"
    readOnly      = false
  }]

  container = {
    name                   = "exporter"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = true
    stopTimeout            = 30
    entryPoint             = ["/bin/sh", "-c", local.start, "exporter"]
    command                = concat(var.state == null ? [] : ["-state.file=/var/lib/cloud-carbon/state"], var.extra_args)
    environment = [
      { name = "CARBON_CONFIG", value = jsonencode(var.config) },
      { name = "CLOUD_CARBON_LOG_FORMAT", value = "json" },
    ]
    secrets         = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    portMappings    = [{ containerPort = 2922, protocol = "tcp" }]
    mountPoints     = local.state
    linuxParameters = { capabilities = { drop = ["ALL"] } }
    # ECS does not look at that of the image.
    healthCheck = {
      command     = ["CMD", "python3", "-c", "import socket; s = socket.create_connection(('127.0.0.1', 2922), 4); s.sendall(b'GET /healthz HTTP/1.0\\r\\n\\r\\n'); s.recv(1)"]
      interval    = 30
      timeout     = 5
      retries     = 3
      startPeriod = 10
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = "/ecs/${var.name}"
        awslogs-region        = var.region
        awslogs-stream-prefix = "exporter"
      }
    }
  }

  assumes = {
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = var.assume_role_arns }]
  }

  reads_secrets = {
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "ssm:GetParameters"]
      Resource = values(var.secrets)
    }]
  }

  tasks_trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  }
}
