"""What a policy needs and says, held against the AWS template that it is deployed with."""
