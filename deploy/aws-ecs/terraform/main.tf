terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

# What the exporter is to AWS: it may assume the roles of the accounts it explores, and nothing else.
resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = jsonencode(local.tasks_trust)
  tags               = var.tags
}

resource "aws_iam_role_policy" "assumes" {
  name   = "AssumeRoles"
  role   = aws_iam_role.task.id
  policy = jsonencode(local.assumes)
}

# What ECS needs to start it: the image, the log, the secrets.
resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = jsonencode(local.tasks_trust)
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role_policy" "secrets" {
  count  = length(var.secrets) == 0 ? 0 : 1
  name   = "ReadSecrets"
  role   = aws_iam_role.execution.id
  policy = jsonencode(local.reads_secrets)
}

resource "aws_cloudwatch_log_group" "exporter" {
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_security_group" "exporter" {
  name        = var.name
  description = "Cloud carbon exporter"
  vpc_id      = var.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "prometheus" {
  for_each                     = toset(var.prometheus_security_group_ids)
  security_group_id            = aws_security_group.exporter.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 2922
  to_port                      = 2922
}

resource "aws_vpc_security_group_egress_rule" "everywhere" {
  security_group_id = aws_security_group.exporter.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_ecs_task_definition" "exporter" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions    = jsonencode([local.container])
  tags                     = var.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  dynamic "volume" {
    for_each = var.state == null ? [] : [var.state]

    content {
      name = "state"

      efs_volume_configuration {
        file_system_id     = volume.value.file_system_id
        transit_encryption = "ENABLED"

        authorization_config {
          access_point_id = volume.value.access_point_id
        }
      }
    }
  }
}

resource "aws_ecs_service" "exporter" {
  name            = var.name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.exporter.arn
  launch_type     = "FARGATE"
  desired_count   = 1
  tags            = var.tags

  # The old one ends before the new one begins: two would count everything twice, and one alone may have the state.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.exporter.id]
    assign_public_ip = var.assign_public_ip
  }

  dynamic "service_registries" {
    for_each = var.service_registry_arn == null ? [] : [var.service_registry_arn]

    content {
      registry_arn = service_registries.value
    }
  }
}
