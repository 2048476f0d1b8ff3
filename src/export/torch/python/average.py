def class_losses(logits, scores, present):
    """l^k = -log mean_i p_i^k."""
    neg_log_p, _ = log_probabilities(logits, present)
    log_p = torch.where(present, -neg_log_p, -math.inf)
    count = present.sum(dim=1)
    losses = count.double().log() - torch.logsumexp(log_p, dim=1)
    return torch.where(count > 0, losses, 0.0), present.double().expand_as(logits)
