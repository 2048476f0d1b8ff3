def class_losses(logits, scores, present):
    """l^k = -sum_i w_i q_i^k log p_i^k with q_i^k = prod_(j != i) (1 - p_j^k)^(beta / (C - 1))."""
    neg_log_p, log_rest = log_probabilities(logits, present)
    exponent = BETA / (present.sum(dim=1, keepdim=True) - 1).clamp(min=1)
    q = torch.where(present, (exponent * (log_rest.sum(dim=1, keepdim=True) - log_rest)).exp(), 0.0)
    weighted = q * torch.tensor(WEIGHTS, dtype=torch.float64)[:, None]
    losses = (weighted * neg_log_p).sum(dim=1)
    if LOG_PRIOR:
        losses = losses + (weighted.sum(dim=1) - 1) * torch.tensor(LOG_PRIOR, dtype=torch.float64)
    return losses, q
