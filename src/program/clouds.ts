/** The settings of every cloud, by the cloud's name. A new cloud is one line here. */
export { alibabaSettings as alibaba } from "../kinds/alibaba/settings";
export { awsSettings as aws } from "../kinds/aws/settings";
export { azureSettings as azure } from "../kinds/azure/settings";
export { vpcepSettings as huawei, vpcepSettings as otc } from "../kinds/huawei/settings";
