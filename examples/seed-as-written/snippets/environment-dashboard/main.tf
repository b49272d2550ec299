# Environment comparison dashboard
resource "aws_cloudwatch_dashboard" "environment_comparison" {
  dashboard_name = "${var.project_name}-environment-comparison"

  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        width  = 12
        height = 6
        properties = {
          metrics = [
            ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "${var.project_name}-dev-alb"],
            [".", ".", ".", "${var.project_name}-staging-alb"],
            [".", ".", ".", "${var.project_name}-prod-alb"]
          ]
          period = 300
          stat   = "Sum"
          region = var.aws_region
          title  = "Request Count Comparison"
        }
      }
    ]
  })
}
