def class_losses(logits, scores, present):
    """l^k = -log softmax_k sum_v w_v z_v^k, with weights that each row decides."""
    log_p = functional.log_softmax(logits, dim=2)
    if ROW_WEIGHT == "energy":
        weights = torch.logsumexp(logits, dim=2, keepdim=True) / 10
    elif ROW_WEIGHT == "entropy":
        weights = softmax_present((log_p * log_p.exp()).sum(dim=2, keepdim=True), present)
    else:
        logs = functional.logsigmoid(scores)
        doubt = sum_present(logs, present)
        merits = logs.exp() + (doubt - logs) / (doubt - 1e-8)
        distance = torch.where(present, (log_p.exp() - 1 / logits.shape[2]).abs().mean(dim=2, keepdim=True), 0.0)
        others = (present.sum(dim=1, keepdim=True) - 1).clamp(min=1)
        mean = (distance.sum(dim=1, keepdim=True) - distance) / others
        weights = softmax_present(merits * torch.where(distance < mean, distance / mean, 1.0), present)
    losses = -functional.log_softmax(sum_present(weights * logits, present)[:, 0], dim=1)
    return torch.where(present.any(dim=1), losses, 0.0), weights.expand_as(logits)
